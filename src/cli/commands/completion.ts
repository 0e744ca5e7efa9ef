// `mfad completion`: a script for a shell; and, with --words, what the scripts ask for at each press of Tab.
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import type { ProfileStatus } from '../../core/wire.ts'
import { shippedFile } from '../../edges/shipped-file.ts'
import type { Command, Invocation } from '../command.ts'
import { type Candidate, wantedAt } from '../completion-words.ts'
import { currentStatus } from '../connection/current-status.ts'

const shells: readonly string[] = ['bash', 'zsh', 'fish']
/** Whoever presses Tab waits for it. */
const mostWaitMs = 1000

/** `commands`: the whole table, in which this one stands, too. */
export async function runCompletion(invocation: Invocation, commands: readonly Command[]): Promise<number> {
  const { positionals, values, output } = invocation
  if (values.words === true) {
    await printWords(invocation, commands)
    return 0
  }
  const [shell = '', ...others] = positionals
  if (!shells.includes(shell) || others.length > 0) {
    throw new AppError(
      'usage.bad-arguments',
      others.length > 0 ? 'there is one shell at a time' : `there is no completion for ${printable(shell)}`,
      `there is one for each of: ${shells.join(', ')}`,
    )
  }
  output.print(shippedFile(`completion/mfad.${shell}`).trimEnd())
  return 0
}

/**
 * Prints `words`, or `program N` where word N begins the command line of another program. Then two lines for each candidate:
 * the word, and what it is or nothing.
 */
async function printWords(
  { positionals, environment, output }: Invocation,
  commands: readonly Command[],
): Promise<void> {
  const { candidates, profiles, programAt } = wantedAt(commands, positionals)
  const names = profiles === undefined ? [] : await profileNames(profiles, { environment, output })
  const all: Candidate[] = [...names.map((word) => ({ word })), ...candidates]
  const lines = all.flatMap(({ word, description = '' }) => [word, description])
  output.print([programAt === undefined ? 'words' : `program ${programAt}`, ...lines].join('\n'))
}

/** From the daemon, else from the files; none where neither can be read. */
async function profileNames(
  which: 'all' | 'active',
  { environment, output }: Pick<Invocation, 'environment' | 'output'>,
): Promise<string[]> {
  const silent = { ...output, note: () => undefined, printError: () => undefined }
  try {
    const { profiles } = await currentStatus(environment, silent, AbortSignal.timeout(mostWaitMs))
    return profiles
      .filter(which === 'active' ? isActive : isForLogin)
      .map(({ profile }) => profile)
      .filter(canBeTyped)
  } catch (error) {
    if (error instanceof AppError) return []
    throw error
  }
}

function isActive({ state }: ProfileStatus): boolean {
  return state === 'valid' || state === 'expiring' || state === 'expired'
}

/** Others sign in without mfad. */
function isForLogin({ kind }: ProfileStatus): boolean {
  return kind === 'key' || kind === 'role'
}

/** On one line, every character to be seen, and no option. */
function canBeTyped(name: string): boolean {
  return name !== '' && !name.startsWith('-') && printable(name, Number.POSITIVE_INFINITY) === name
}
