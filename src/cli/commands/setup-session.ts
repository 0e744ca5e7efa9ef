// The session of a setup, the check that AWS tools find it, and what comes next.

import { AppError } from '../../core/errors.ts'
import { liveProfileEdits } from '../../core/profiles/live-profile.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import { profileSections, viewOf } from '../../core/profiles/sections.ts'
import { awsCommand, mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { formatDuration } from '../../core/time/duration.ts'
import type { Files } from '../../core/wire.ts'
import { runProgram } from '../../edges/programs/child-program.ts'
import { isInstalled } from '../../edges/programs/installed-program.ts'
import { readAwsFiles } from '../connection/aws-files.ts'
import type { Daemon } from '../connection/connection.ts'
import type { Context } from '../connection/context.ts'
import { localTime } from '../text/local-time.ts'
import { printLogin, withoutRegionAdvice } from '../text/login-text.ts'
import { logIn } from './login-in-full.ts'
import { regionOfShell } from './setup-keys.ts'
import { type Chosen, liveUntil, type Setup } from './setup-plan.ts'

const check = 'sts get-caller-identity'
const checkLimitMs = 30_000

/** Asks for a code where one is needed. A role that was named is logged in as well. */
export async function ensureSession(
  { context, output, wishes }: Setup,
  daemon: Daemon,
  { profile, role }: Chosen,
): Promise<void> {
  const [files, now] = [readAwsFiles(context), new Date()]
  const wanted = role ?? profile
  const until = liveUntil(files, wanted, now)
  if (until !== undefined) {
    output.print(`${printable(wanted)} has a session until ${localTime(until, now)}: ok`)
    return
  }
  const { tokenCode } = wishes
  const request = { profiles: [wanted], ...(tokenCode === undefined ? {} : { tokenCode }) }
  const answer = await logIn(daemon, request, output)
  if (answer !== undefined) printLogin(withoutRegionAdvice(answer), output, new Date())
}

/** Throws profile.aws-cannot-use. */
export async function tryWithAws({ context, output }: Setup, name: string): Promise<void> {
  const { environment, files } = context
  const { documents, profiles } = readAwsFiles(context)
  const { sessionProfile } = findProfile(profiles, name)
  const command = awsCommand(check, sessionProfile)
  const region = viewOf(profileSections(documents), sessionProfile).value('region')
  if ((region ?? regionOfShell(environment)) === undefined) {
    const set = awsCommand('configure set region REGION', name)
    output.print(`${printable(name)} has no region, and AWS tools need one: ${set}; then try it: ${command}`)
    return
  }
  if (!isInstalled('aws', environment.PATH)) {
    output.print(`try it: ${command}`)
    return
  }
  const argv = [...check.split(' '), `--profile=${sessionProfile}`, '--output=json']
  const { exitCode, stdout, stderr } = await runProgram('aws', argv, {
    environment: { ...environment, ...absolutePaths(environment, files) },
    limitMs: checkLimitMs,
    processGroup: 'shared',
  })
  if (exitCode !== 0)
    throw new AppError(
      'profile.aws-cannot-use',
      `the session is there, but the AWS CLI fails with it: ${printable(lastLine(stderr), 300)}`,
      `try it yourself: ${command}`,
    )
  output.print(`$ ${command}\n${printable(arnIn(stdout), 300)}`)
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'it printed no reason'
}

/** What it prints is for the user, and need not be understood. */
function arnIn(stdout: string): string {
  return /"Arn": "([^"]+)"/.exec(stdout)?.[1] ?? stdout.replaceAll(/\s+/g, ' ').trim()
}

/** Said at the end: how it goes on, by the settings and files of now. */
export function sayWhatIsNext({ context, output }: Setup, name: string): void {
  const { settings } = context
  const { profiles } = readAwsFiles(context)
  const shown = printable(name)
  const roles = profiles.filter(({ source, session }) => source?.root === name && session.kind === 'none')
  const [longest] = settings.reminderLeadSeconds
  const isReminded = settings.notify !== 'none' && longest !== undefined
  const before = longest === 0 ? 'when' : `${formatDuration(longest ?? 0)} before`
  const rows: (readonly [string, string])[] = [
    ['mfad', 'what is fresh, and for how long'],
    ...(isReminded
      ? [['mfad notify-test', `see a reminder, like the one ${before} the session ends`] as const]
      : []),
    ...roles.slice(0, 1).map(({ profile }) => {
      const others = roles.length === 1 ? '' : `; ${roles.length - 1} more behind ${shown}`
      return [mfadCommand('login', profile), `log in to this role, without a code${others}`] as const
    }),
    ...(isLiveOffered(context, name)
      ? [
          [
            mfadCommand(`setup --live ${name}-live`, name),
            'a profile for programs that run for days',
          ] as const,
        ]
      : []),
    ['mfad prompt --help', 'show the time left in your shell prompt'],
    ['mfad completion --help', 'complete commands and profiles with Tab'],
  ]
  const width = Math.max(...rows.map(([command]) => command.length))
  output.print(
    `\nFrom here on:\n${rows.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`).join('\n')}`,
  )
}

/** Not where it is there already, or its name is another profile's. */
function isLiveOffered(context: Context, name: string): boolean {
  try {
    return liveProfileEdits(readAwsFiles(context), name, `${name}-live`).length > 0
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

/** It runs in another directory. */
function absolutePaths(
  environment: Context['environment'],
  { credentials, config }: Files,
): Record<string, string> {
  return {
    ...(environment.AWS_SHARED_CREDENTIALS_FILE ? { AWS_SHARED_CREDENTIALS_FILE: credentials } : {}),
    ...(environment.AWS_CONFIG_FILE ? { AWS_CONFIG_FILE: config } : {}),
  }
}
