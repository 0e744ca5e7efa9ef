// The commands that the settings name: which profiles they are told, and what it means when one fails.

import { isPortableName } from '../profiles/aws-values.ts'
import { loosening, shellFailure } from '../text/shell-failure.ts'
import type { CommandResult } from './command-result.ts'

/** Linux limits a variable to 128 KiB, and all of them together to a share of the stack. */
const mostNamesLength = 32 * 1024

/** Names with a space between; one that AWS tools cannot all read, such as one with a space, is left out. */
export function profilesVariable(names: readonly string[]): string {
  // Whole names only. A portable name is ASCII.
  const text = names.filter(isPortableName).join(' ')
  if (text.length <= mostNamesLength) return text
  const start = text.slice(0, mostNamesLength + 1)
  return start.slice(0, Math.max(start.lastIndexOf(' '), 0))
}

/**
 * Undefined where it ended well, or was ended with the daemon. Holds nothing that it has printed: that could be a secret.
 * `nextStep` is there where the shell has said what is wrong.
 */
export function commandFailure(
  setting: string,
  { end, complaint, path, withheldFrom }: CommandResult,
  limitSeconds: number,
): { message: string; nextStep?: string } | undefined {
  switch (end.kind) {
    case 'exited': {
      if (end.exitCode === 0) return undefined
      const failure = shellFailure(end.exitCode, complaint, path)
      const message = `${setting} failed with exit code ${end.exitCode}`
      if (withheldFrom !== undefined) return { message, nextStep: loosening(withheldFrom) }
      return failure === undefined
        ? { message }
        : { message: `${setting} failed: ${failure.fact}`, nextStep: failure.nextStep }
    }
    case 'signalled':
      return { message: `${setting} was ended by ${end.signal}` }
    case 'timed-out':
      return { message: `${setting} took longer than ${limitSeconds} s` }
    case 'too-long':
      return { message: `${setting} printed more than 64 KiB` }
    case 'not-started':
      return { message: `${setting} could not be started` }
    default:
      return undefined
  }
}
