// `notify_command`: the user's own way of being reminded, by /bin/sh. What it is about is in variables only: a profile's
// name is never part of a command line.
import { isPortableName } from '../core/session-section.ts'
import type { ReminderRequest } from './desktop.ts'
import { desktopEnvironment } from './desktop-environment.ts'
import { runHelperCommand } from './helper-command.ts'
import type { Environment } from './paths.ts'

const limitMs = 60_000
/** Linux takes 128 KiB for a variable, and no more than a share of the stack for all. */
const mostNamesLength = 32 * 1024

/** Resolves with what went wrong, in a line; undefined where it ended well. Never rejects. */
export async function runNotifyCommand(
  command: string,
  request: Pick<ReminderRequest, 'profiles' | 'expiration' | 'kind'>,
  own: Environment,
  stopping: AbortSignal,
  timeoutMs = limitMs,
): Promise<string | undefined> {
  const environment = await desktopEnvironment(own, stopping)
  const variables = commandVariables(request)
  const { end } = await runHelperCommand(command, { environment, variables, timeoutMs, stopping })
  if (end.kind === 'exited')
    return end.exitCode === 0 ? undefined : `notify_command failed with exit code ${end.exitCode}`
  if (end.kind === 'signalled') return `notify_command was ended by ${end.signal}`
  if (end.kind === 'timed-out') return `notify_command took longer than ${timeoutMs / 1000} s`
  if (end.kind === 'too-long') return 'notify_command printed more than 64 KiB'
  return end.kind === 'not-started' ? 'notify_command could not be started' : undefined
}

/** Names with a space between; one that AWS tools cannot all read, such as one with a space, is left out. */
function commandVariables({
  profiles,
  expiration,
  kind,
}: Pick<ReminderRequest, 'profiles' | 'expiration' | 'kind'>): Record<string, string> {
  return {
    MFAD_PROFILES: namesThatFit(profiles.filter(isPortableName)),
    MFAD_EXPIRATION: `${expiration.toISOString().slice(0, 19)}Z`,
    MFAD_KIND: kind,
  }
}

/** Whole names only. A portable name is ASCII. */
function namesThatFit(names: readonly string[]): string {
  const text = names.join(' ')
  if (text.length <= mostNamesLength) return text
  const start = text.slice(0, mostNamesLength + 1)
  return start.slice(0, Math.max(start.lastIndexOf(' '), 0))
}
