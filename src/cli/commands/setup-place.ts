// In which section the keys stand, and so to which the session goes; and a profile under a third name.

import { AppError } from '../../core/errors.ts'
import { type KeyPlace, keyPlaceEdits } from '../../core/profiles/key-place.ts'
import { liveProfileEdits } from '../../core/profiles/live-profile.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { awsCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import type { LogoutAnswer, ProfileEditAnswer } from '../../core/wire.ts'
import { type AwsFiles, readAwsFiles } from '../connection/aws-files.ts'
import type { Daemon } from '../connection/connection.ts'
import { canAsk } from '../terminal/prompt.ts'
import { askYes } from '../terminal/questions.ts'
import { printWarnings } from '../text/login-text.ts'
import type { Setup } from './setup-plan.ts'

/** Throws what keeps the wishes from being met, as far as it is known before the daemon and AWS are asked. */
export function rehearseWishes({ context, wishes }: Setup, profile: string): void {
  const files = readAwsFiles(context)
  if (wishes.live !== undefined) liveProfileEdits(files, profile, wishes.live)
  if (wishes.place !== undefined) isSessionInTheWay(files, profile, wishes.place)
}

/** Throws what else speaks against moving the keys. */
function isSessionInTheWay(files: AwsFiles, profile: string, place: KeyPlace): boolean {
  try {
    keyPlaceEdits(files, profile, place)
    return false
  } catch (error) {
    if (error instanceof AppError && error.code === 'profile.session-stands') return true
    throw error
  }
}

/** Asked only before the first session, and where nothing speaks against it. Throws profile.* and file.*. */
export async function ensurePlace(setup: Setup, daemon: Daemon, profile: string): Promise<void> {
  const { output, wishes } = setup
  const before = profileNow(setup, profile)
  const place = wishes.place ?? (await wantedPlace(setup, before))
  if (place !== undefined) await moveKeys(setup, daemon, before, place)
  const { sessionProfile, keyProfile } = profileNow(setup, profile)
  const isMoved = before.keyProfile !== keyProfile
  const section = `[${printable(sessionProfile)}]`
  const where =
    keyProfile === undefined ? section : `${section}, and the keys are in [${printable(keyProfile)}]`
  output.print(`sessions of ${printable(profile)} go to ${where}: ${isMoved ? 'changed' : 'ok'}`)
}

async function wantedPlace(
  { context, output }: Setup,
  { profile, session, sessionProfile, keyProfile }: Profile,
): Promise<KeyPlace | undefined> {
  if (!canAsk() || session.kind !== 'none' || keyProfile !== undefined) return undefined
  const files = readAwsFiles(context)
  try {
    keyPlaceEdits(files, profile, 'in-place')
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
  const [name, longTerm] = [printable(profile), printable(profile + files.suffixes.longTermSuffix)]
  const places = [
    [`[${printable(sessionProfile)}]`, `a profile of its own: ${awsCommand('s3 ls', sessionProfile)}`],
    [`[${name}]`, `everything that uses ${name} gets it; keys move to [${longTerm}]`],
  ] as const
  const width = Math.max(...places.map(([section]) => section.length))
  const lines = places.map(([section, what]) => `  ${section.padEnd(width)}  ${what}`)
  output.note(`Sessions of ${name} can go to\n${lines.join('\n')}`)
  return (await askYes(`Write them to [${name}]?`, false, output.note)) ? 'in-place' : undefined
}

/** A session that stands would be left without its profile, so it goes first. */
async function moveKeys(setup: Setup, daemon: Daemon, before: Profile, place: KeyPlace): Promise<void> {
  const { context, output } = setup
  const { profile, sessionProfile } = before
  if (isSessionInTheWay(readAwsFiles(context), profile, place)) {
    const { warnings } = await daemon.call<LogoutAnswer>('POST', '/v1/logout', { profile })
    output.print(
      `[${printable(sessionProfile)}] is removed: sessions of ${printable(profile)} no longer go there`,
    )
    printWarnings(warnings, output)
  }
  const answer = await daemon.call<ProfileEditAnswer>('POST', '/v1/profile', { profile, change: place })
  printWarnings(answer.warnings, output)
}

/** Throws profile.name-taken and file.*. */
export async function ensureLive({ output, wishes }: Setup, daemon: Daemon, profile: string): Promise<void> {
  const { live } = wishes
  if (live === undefined) return
  const answer = await daemon.call<ProfileEditAnswer>('POST', '/v1/profile', {
    profile,
    change: 'live',
    name: live,
  })
  const done = answer.isChanged ? `written to ${answer.file}` : 'ok'
  output.print(
    `${printable(live)} gives long-running programs the session of ${printable(profile)}, and each renewal: ${done}`,
  )
  printWarnings(answer.warnings, output)
}

function profileNow({ context }: Setup, name: string): Profile {
  const found = readAwsFiles(context).profiles.find(({ profile }) => profile === name)
  if (found !== undefined) return found
  throw new AppError(
    'profile.not-found',
    `${printable(name)} was removed from ${context.files.credentials} in the meantime`,
    'run the command again: it looks at the files as they are now',
  )
}
