// Replaces a file from this command line, as the daemon replaces the AWS files.

import { AppError, type ErrorBody } from '../../core/errors.ts'
import { openFileStore } from '../../edges/files/own-store.ts'
import { type Environment, stateDirectory } from '../../edges/paths.ts'

/**
 * Makes the edit in one replacement; the file, and its directory, are made where there are none. `edit` gets the bytes as they are
 * at the instant of writing, may be asked more than once, and may throw an AppError to refuse. Answers what is to be known of the
 * file, and of what other programs have written meanwhile. Throws file.*; the file is then as it was.
 */
export async function editFile(
  environment: Environment,
  path: string,
  edit: (before: Uint8Array) => Uint8Array,
): Promise<ErrorBody[]> {
  const store = openFileStore(path, stateDirectory(environment))
  const warnings: ErrorBody[] = []
  let made: Uint8Array = new Uint8Array()
  try {
    const result = await store.update({
      edit(before) {
        made = edit(before)
        return made
      },
      verify(_, after) {
        if (!Buffer.from(made).equals(after)) throw unsafe(path)
      },
    })
    warnings.push(...result.warnings)
  } finally {
    await store.close()
  }
  const all = new Map([...warnings, ...store.warnings()].map((warning) => [warning.message, warning]))
  return [...all.values()]
}

function unsafe(path: string): AppError {
  return new AppError(
    'internal.unsafe-edit',
    `what was read back beside ${path} is not what was written; the file was not replaced`,
    'try again; if it stays so, look at the disk',
  )
}
