// Time-based one-time passwords as AWS's virtual MFA devices show them: RFC 6238 with HMAC-SHA-1, 30 s and 6 digits.
import { createHmac } from 'node:crypto'

const secondsPerStep = 30
const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The number of the 30 s step that holds an instant. */
export function timeStep(at: Date): number {
  return Math.floor(at.getTime() / 1000 / secondsPerStep)
}

/** The code of one time step (RFC 4226, section 5.3, with the step as the counter). */
export function codeOfStep(key: Buffer, step: number, digits = 6): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', key).update(counter).digest()
  const offset = digest.readUInt8(digest.length - 1) & 0x0f
  const number = digest.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/**
 * The steps around an instant (the one before, the current and the next) that show this code.
 * Usually one or none; two codes are the same once in a million times.
 */
export function stepsShowing(code: string, key: Buffer, at: Date): number[] {
  const current = timeStep(at)
  return [current, current - 1, current + 1].filter((step) => codeOfStep(key, step) === code)
}

/** The bytes of a seed (RFC 4648 base32). Case, spaces and padding do not matter. */
export function decodeBase32(text: string): Buffer {
  const letters = text.toUpperCase().replace(/[\s=]/g, '')
  const bytes: number[] = []
  let bits = 0
  let pending = 0
  for (const letter of letters) {
    const value = base32Alphabet.indexOf(letter)
    if (value < 0) throw new RangeError('the seed of an MFA device is not base32')
    pending = (pending << 5) | value
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push(pending >> bits)
    pending &= (1 << bits) - 1
  }
  return Buffer.from(bytes)
}
