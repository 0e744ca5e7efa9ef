// `notify_command`: the user's own way of being reminded, by /bin/sh. What it is about is in variables only: a profile's
// name is never part of a command line.

import type { CommandResult } from '../../core/login/mfa-process.ts'
import { isPortableName } from '../../core/profiles/aws-values.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Environment } from '../paths.ts'
import { runHelperCommand } from '../programs/helper-command.ts'
import { desktopEnvironment } from './environment.ts'
import type { ReminderRequest } from './reminder.ts'

const limitMs = 60_000
/** Linux takes 128 KiB for a variable, and no more than a share of the stack for all. */
const mostNamesLength = 32 * 1024

export type NotifyCommandEnd = {
  /** What began may have told the user, however it ended. */
  isStarted: boolean
  /** What went wrong, in a line; undefined where it ended well. */
  problem: string | undefined
}

export const notStarted: NotifyCommandEnd = {
  isStarted: false,
  problem: 'notify_command could not be started',
}

/** Never rejects: how it ended is data. */
export async function runNotifyCommand(
  command: string,
  request: Pick<ReminderRequest, 'profiles' | 'expiration' | 'kind'>,
  own: Environment,
  stopping: AbortSignal,
  timeoutMs = limitMs,
): Promise<NotifyCommandEnd> {
  const environment = await desktopEnvironment(own, stopping)
  const variables = commandVariables(request)
  const { end } = await runHelperCommand(command, { environment, variables, timeoutMs, stopping })
  return end.kind === 'not-started' ? notStarted : { isStarted: true, problem: problemOf(end, timeoutMs) }
}

function problemOf(end: CommandResult['end'], timeoutMs: number): string | undefined {
  if (end.kind === 'exited')
    return end.exitCode === 0 ? undefined : `notify_command failed with exit code ${end.exitCode}`
  if (end.kind === 'signalled') return `notify_command was ended by ${end.signal}`
  if (end.kind === 'timed-out') return `notify_command took longer than ${timeoutMs / 1000} s`
  return end.kind === 'too-long' ? 'notify_command printed more than 64 KiB' : undefined
}

/** Names with a space between; one that AWS tools cannot all read, such as one with a space, is left out. */
function commandVariables({
  profiles,
  expiration,
  kind,
}: Pick<ReminderRequest, 'profiles' | 'expiration' | 'kind'>): Record<string, string> {
  return {
    MFAD_PROFILES: namesThatFit(profiles.filter(isPortableName)),
    MFAD_EXPIRATION: formatInstant(expiration),
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
