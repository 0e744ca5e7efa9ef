// A file of the user as it stands in this instant, for what only reads it and is over at once: no more of the store's code is
// loaded than that takes.
import * as fs from 'node:fs'
import { openFile } from './disk/reading.ts'

export type WholeFile = { bytes: Uint8Array; changedAt: Date }

/** Undefined where there is none. Throws AppError file.*. */
export function readWholeFile(path: string): WholeFile | undefined {
  const file = openFile(fs, path)
  if (file === undefined) return undefined
  fs.closeSync(file.descriptor)
  return { bytes: file.bytes, changedAt: new Date(Number(file.stats.mtimeMs)) }
}
