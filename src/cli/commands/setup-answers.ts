// The answers that `mfad setup` needs where nobody can be asked: what is missing is said before anything is done, with the whole command.

import { AppError } from '../../core/errors.ts'
import type { KeyPlace } from '../../core/profiles/key-place.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { quoted } from '../../core/text/quoted.ts'
import { type AwsFiles, readAwsFiles } from '../connection/aws-files.ts'
import { rehearseWishes } from './setup-place.ts'
import {
  type Chosen,
  keyProfiles,
  profileNamed,
  profileOfShell,
  type Setup,
  type Wishes,
} from './setup-plan.ts'

/** Where nobody can be asked. `isRunning`: the daemon. Throws usage.answers-needed with the whole command. */
export function profileWithoutAsking(setup: Setup, isRunning: boolean, now: Date): Chosen {
  const { context, wishes } = setup
  const files = readAwsFiles(context)
  const names = keyProfiles(files).map(({ profile }) => profile)
  const only = names.length > 1 ? undefined : (names[0] ?? 'default')
  const name = wishes.profile ?? profileOfShell(files, context) ?? only
  const chosen = name === undefined ? undefined : profileNamed(files, name)
  const missing: [what: string, word: string][] = []
  if (chosen === undefined)
    missing.push([
      `the profile (one of ${names
        .slice(0, 8)
        .map((each) => printable(each))
        .join(', ')})`,
      '',
    ])
  if (chosen?.hasKeys === false && !wishes.takesKeys)
    missing.push([
      `the access key of ${printable(chosen.profile)} (two lines on standard input)`,
      '--keys-stdin',
    ])
  if (!isRunning && wishes.service === undefined)
    missing.push([
      'whether to install the service, or to start the daemon for now (--no-service)',
      '--service',
    ])
  if (wishes.tokenCode === undefined && needsCode(files, chosen, wishes.place, now))
    missing.push(['a code of the MFA device', '--code CODE'])
  if (chosen?.hasKeys === true) rehearseWishes(setup, chosen.profile)
  if (chosen !== undefined && missing.length === 0) return chosen
  throw new AppError(
    'usage.answers-needed',
    `there is no terminal to ask at, and these are missing: ${missing.map(([what]) => what).join('; ')}`,
    wholeCommand(
      wishes,
      chosen?.profile ?? 'PROFILE',
      missing.map(([, word]) => word),
    ),
  )
}

/**
 * A code is needed unless a session on the device lives, or a command gives one. The profile's own does not outlive a change of its
 * place.
 */
function needsCode(
  { profiles }: AwsFiles,
  chosen: Chosen | undefined,
  place: KeyPlace | undefined,
  now: Date,
): boolean {
  const own = profiles.find(({ profile }) => profile === chosen?.profile)
  if (own === undefined) return true
  if (own.mfaProcess !== undefined) return false
  const isMoved = place !== undefined && (place === 'in-place') !== (own.keyProfile !== undefined)
  const isOfDevice = ({ serialNumber, accessKeyId }: Profile) =>
    serialNumber !== undefined && serialNumber === own.serialNumber && accessKeyId === own.accessKeyId
  return !profiles.some((each) => {
    const { kind, session, profile } = each
    const isLive = session.kind === 'ours' && session.expiration !== undefined && session.expiration > now
    return kind === 'key' && isLive && (profile === own.profile ? !isMoved : isOfDevice(each))
  })
}

/** What was given, with what is missing. */
function wholeCommand(wishes: Wishes, profile: string, words: readonly string[]): string {
  const given = [
    wishes.takesKeys ? '--keys-stdin' : '',
    wishes.region === undefined ? '' : `--region ${wishes.region}`,
    wishes.service === undefined ? '' : wishes.service ? '--service' : '--no-service',
    wishes.serialNumber === undefined ? '' : `--serial-number ${quoted(printable(wishes.serialNumber))}`,
    wishes.place === undefined ? '' : `--${wishes.place}`,
    wishes.live === undefined ? '' : `--live ${quoted(printable(wishes.live))}`,
    wishes.tokenCode === undefined ? '' : '--code CODE',
  ]
  return mfadCommand(['setup', ...given, ...words].filter((word) => word !== '').join(' '), profile)
}
