// What a shell means by the exit statuses 126 and 127. A command that works by hand and gives one of them to the daemon
// most often does so since a service does not have the PATH of the user's shell.
import { printable } from './printable.ts'

export type ShellFailure = { fact: string; nextStep: string }

const mostPathCharacters = 400

/**
 * Undefined for every other exit status. `complaint` is what the shell printed, which says whether a program was looked
 * for in `path` or named with its whole path.
 */
export function shellFailure(
  exitCode: number,
  complaint: string,
  path: string | undefined,
): ShellFailure | undefined {
  if (exitCode !== 126 && exitCode !== 127) return undefined
  const status = `(exit status ${exitCode})`
  const isFound = exitCode === 126
  if (namesWholePath(complaint)) {
    return isFound
      ? { fact: `a file in it cannot be run ${status}`, nextStep: 'make it executable: chmod u+x FILE' }
      : { fact: `a file in it does not exist ${status}`, nextStep: 'mend its path' }
  }
  const where = path === undefined ? 'the default PATH' : `PATH ${printable(path, mostPathCharacters)}`
  return isFound
    ? {
        fact: `a command in it was found in ${where}, but cannot be run ${status}`,
        nextStep: 'make it executable: chmod u+x FILE',
      }
    : {
        fact: `a command in it was not found in ${where} ${status}`,
        nextStep:
          'name the program by its whole path (command -v PROGRAM prints it), since the PATH of your shell may be another',
      }
}

/** As in `/bin/sh: 1: /opt/otp: not found` and `sh: line 1: /opt/otp: No such file or directory`. */
function namesWholePath(complaint: string): boolean {
  const lines = complaint.trim().split('\n')
  return /: [^:]*\/[^:]*: (?:not found|no such file|permission denied|is a directory)/i.test(
    lines.at(-1) ?? '',
  )
}

/** What to do where a program takes a group's or a user's rights, which systemd withholds from the service. */
export function loosening(program: string): string {
  return `${program} takes other rights than yours, which the service may not: loosen it as "what the service may do" in mfad's docs/security.md says`
}
