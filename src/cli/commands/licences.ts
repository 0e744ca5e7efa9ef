// `mfad --licences`: the licence of mfad, and those of the code by others that is shipped with it.
import { shippedFile } from '../../edges/shipped-file.ts'

export function licences(): string {
  return `${shippedFile('LICENSE')}\n${shippedFile('dist/licences.txt')}`.trimEnd()
}
