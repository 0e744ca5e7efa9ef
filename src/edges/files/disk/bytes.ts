// Comparing the contents of files.

import { createHash } from 'node:crypto'

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** True also when both are the same. */
export function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return isEqual(bytes.subarray(0, beginning.length), beginning)
}

/** SHA-256, in hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
