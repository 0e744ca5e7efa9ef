// Comparing the contents of files.

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** True also when both are the same. */
export function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return isEqual(bytes.subarray(0, beginning.length), beginning)
}

/** SHA-256, in hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return crypto().createHash('sha256').update(bytes).digest('hex')
}

/** For a temporary file. */
export function randomName(): string {
  return crypto().randomBytes(6).toString('hex')
}

/** Loaded by its first use: it is 2 MiB that a daemon without a login, and most commands, never need. */
function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}
