// Calls to the keyring that throw what went wrong, with the command to run again.
import { AppError } from '../../core/errors.ts'
import { describeKeyringFailure } from '../../core/login/keyring-failure.ts'
import { printable } from '../../core/text/printable.ts'
import type { KeyringResult } from '../../edges/keys/keyring.ts'

/** Throws profile.keyring-*. */
export async function asked<T>(
  result: Promise<KeyringResult<T>>,
  commands: { restart: string; again: string },
): Promise<T> {
  const answer = await result
  if ('value' in answer) return answer.value
  throw describeKeyringFailure(answer.failure, commands)
}

export function otherSecret(profile: string): AppError {
  return new AppError(
    'profile.keyring-failed',
    `the keyring gave back something else than the secret access key of ${printable(profile)}`,
    'look at the items of mfad in the keyring program of your desktop',
  )
}
