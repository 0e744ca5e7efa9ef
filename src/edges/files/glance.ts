// A look at a file that is nearly always there and small, for commands that other programs wait for.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** A thousand times what most credentials files have. */
const mostBytes = 1024 * 1024

/**
 * What stands in it, read as UTF-8. Undefined where it cannot be read, is large or no regular file, or grows meanwhile: whole-file.ts
 * says what is the matter.
 */
export function glanceAt(path: string): string | undefined {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
    const stats = fstatSync(descriptor)
    if (!stats.isFile() || stats.size > mostBytes) return undefined
    const bytes = Buffer.allocUnsafe(stats.size + 1)
    const count = readSync(descriptor, bytes, 0, bytes.length, 0)
    return count === stats.size ? bytes.toString('utf8', 0, count) : undefined
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
