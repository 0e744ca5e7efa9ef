// Reads what is shipped beside the code: templates, completions, licences. It is in the directory of `dist`, or in the single file.
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { getAsset } from 'node:sea'
import { isSingleFile } from './single-file.ts'

/** `path`: from the root of the package. */
export function shippedFile(path: string): string {
  if (isSingleFile()) return getAsset(path, 'utf8')
  return readFileSync(join(dirname(realpathSync(process.argv[1] ?? '')), '..', path), 'utf8')
}
