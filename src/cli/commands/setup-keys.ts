// The long-term keys of a profile, where it has none. They never cross the socket: this process writes them itself, as the daemon would,
// and takes them back where AWS does not know them.

import { AppError } from '../../core/errors.ts'
import { isRegion } from '../../core/profiles/aws-values.ts'
import { sectionToEdit } from '../../core/profiles/section-to-edit.ts'
import { printable } from '../../core/text/printable.ts'
import type { IdentityAnswer } from '../../core/wire.ts'
import { checkEditable, editAwsFile, readAwsFiles } from '../connection/aws-files.ts'
import type { Daemon } from '../connection/connection.ts'
import type { Context } from '../connection/context.ts'
import { askHidden, askLine, canAsk, readInput } from '../terminal/prompt.ts'
import { askUntil } from '../terminal/questions.ts'
import { printWarnings } from '../text/login-text.ts'
import { type Chosen, liveUntil, profileNamed, type Setup } from './setup-plan.ts'

type Keys = { accessKeyId: string; secretAccessKey: string }
/** `hasSection`: their section stood there before them, and stays without them. */
type WrittenKeys = Keys & { hasSection: boolean }

const keyIdPattern = /^AKIA[A-Z0-9]{12,124}$/
const secretPattern = /^[A-Za-z0-9+/=_-]{16,512}$/
const keyIdKey = 'aws_access_key_id'
const secretKey = 'aws_secret_access_key'
const mostAttempts = 3
/** AWS does not know these keys, so typing them again can help. */
const keysRefused: ReadonlySet<string> = new Set(['sts.key-rejected', 'sts.signature-rejected'])

/** Answers the keys that it has written; undefined where the profile had keys before. */
export async function takeKeys(
  setup: Setup,
  { profile, hasKeys, role }: Chosen,
): Promise<WrittenKeys | undefined> {
  const { context, output, wishes } = setup
  if (role !== undefined) output.print(`${printable(role)} is a role behind ${printable(profile)}`)
  if (hasKeys) output.print(`${printable(profile)} has keys: ok`)
  checkEditable(context, 'credentials')
  checkEditable(context, 'config')
  // At a terminal --keys-stdin would show them.
  const keys = hasKeys ? undefined : canAsk() ? await askKeys(setup) : await keysFromInput()
  const region = wishes.region ?? (canAsk() ? await askRegion(setup, profile) : undefined)
  if (region !== undefined) await writeRegion(setup, profile, region)
  return keys && writeKeys(setup, profile, keys)
}

/** Returns when AWS knows whose keys they are; those that were just typed can be typed again. Throws sts.*, network.*. */
export async function proveKeys(
  setup: Setup,
  daemon: Daemon,
  profile: string,
  taken: WrittenKeys | undefined,
): Promise<void> {
  const { context, output } = setup
  // The session has proved them.
  if (liveUntil(readAwsFiles(context), profile, new Date()) !== undefined) return
  let keys = taken
  for (let attempt = 1; ; attempt++) {
    try {
      const { arn } = await daemon.call<IdentityAnswer>('POST', '/v1/identity', { profile })
      output.print(`AWS knows the keys of ${printable(profile)}: ${printable(arn, 256)}`)
      return
    } catch (error) {
      if (!(error instanceof AppError) || !keysRefused.has(error.code) || keys === undefined) throw error
      await removeKeys(setup, profile, keys)
      const isOver = attempt === mostAttempts || !canAsk()
      const hint = 'the keys were removed from the file again; copy both once more from the IAM console'
      if (isOver) throw new AppError(error.code, error.message, hint)
      output.printError({ message: error.message, hint })
      keys = await writeKeys(setup, profile, await askKeys(setup))
    }
  }
}

/** The same checks as for those that are typed. */
async function keysFromInput(): Promise<Keys> {
  const [accessKeyId = '', secretAccessKey = '', ...rest] = (await readInput()).trim().split(/\s+/)
  const problem =
    rest.length > 0
      ? 'standard input holds more than an access key id and a secret access key'
      : (keyIdProblem(accessKeyId) ?? secretProblem(secretAccessKey))
  if (problem === undefined) return { accessKeyId, secretAccessKey }
  throw new AppError(
    'usage.no-input',
    problem,
    'pipe both in two lines: pass show aws | mfad setup PROFILE --keys-stdin',
  )
}

async function askKeys({ output }: Setup): Promise<Keys> {
  const checked = (ask: () => Promise<string>, problemOf: (text: string) => string | undefined) =>
    askUntil(
      ask,
      (answer) => (problemOf(answer) === undefined ? answer : undefined),
      (answer) => output.note(problemOf(answer) ?? ''),
    )
  const accessKeyId = await checked(() => askLine('AWS access key ID: '), keyIdProblem)
  const secretAccessKey = await checked(() => askHidden('AWS secret access key (not shown): '), secretProblem)
  return { accessKeyId, secretAccessKey }
}

function keyIdProblem(text: string): string | undefined {
  if (keyIdPattern.test(text)) return undefined
  return text.startsWith('ASIA')
    ? 'an access key id that begins with ASIA belongs to a session; mfad needs a long-term key, which begins with AKIA'
    : 'that is not an access key id: it begins with AKIA, and has only capital letters and digits'
}

function secretProblem(text: string): string | undefined {
  return secretPattern.test(text)
    ? undefined
    : 'that is not a secret access key: one has 40 letters, digits, + and /'
}

/** Asked before the first session only, and not where the shell or the profile has one. */
async function askRegion({ context, output }: Setup, name: string): Promise<string | undefined> {
  const { environment } = context
  const known = readAwsFiles(context).profiles.find(({ profile }) => profile === name)
  const isFirst = known === undefined || known.session.kind === 'none'
  if (!isFirst || known?.region !== undefined || regionOfShell(environment) !== undefined) return undefined
  const region = await askUntil(
    () => askLine('Region, such as eu-west-1 (empty: none): '),
    (answer) => (answer === '' || isRegion(answer) ? answer : undefined),
    () => output.note('that is not a region'),
  )
  return region === '' ? undefined : region
}

/** It counts for AWS tools where a profile has none. */
export function regionOfShell(environment: Context['environment']): string | undefined {
  return environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined
}

async function writeRegion({ context, output }: Setup, profile: string, region: string): Promise<void> {
  const { profiles } = readAwsFiles(context)
  if (profiles.find((each) => each.profile === profile)?.region === region) return
  const warnings = await editAwsFile(context, 'config', (document) => [
    { kind: 'set', section: sectionToEdit(document, 'config', profile), key: 'region', value: region },
  ])
  output.print(`${printable(profile)} has the region ${region}: written to ${context.files.config}`)
  printWarnings(warnings, output)
}

/** Refuses what has come there since it was looked at: another setup, at another terminal. */
async function writeKeys({ context, output }: Setup, profile: string, keys: Keys): Promise<WrittenKeys> {
  profileNamed(readAwsFiles(context), profile)
  let hasSection = false
  const warnings = await editAwsFile(context, 'credentials', ({ sections }) => {
    hasSection = sections.has(profile)
    const entries = sections.get(profile)?.entries
    if (entries?.has(keyIdKey) || entries?.has(secretKey))
      throw new AppError(
        'file.not-as-expected',
        `[${printable(profile)}] was given an access key in the meantime`,
        'run the command again: it looks at the file as it is now',
      )
    return [
      { kind: 'set', section: profile, key: keyIdKey, value: keys.accessKeyId },
      { kind: 'set', section: profile, key: secretKey, value: keys.secretAccessKey, after: keyIdKey },
    ]
  })
  output.print(`${printable(profile)} has keys: written to ${context.files.credentials}`)
  printWarnings(warnings, output)
  return { ...keys, hasSection }
}

/** Unless somebody has put others in their place. */
async function removeKeys(
  { context, output }: Setup,
  profile: string,
  { accessKeyId, hasSection }: WrittenKeys,
): Promise<void> {
  const warnings = await editAwsFile(context, 'credentials', ({ sections }) =>
    sections.get(profile)?.entries.get(keyIdKey)?.value === accessKeyId
      ? [
          { kind: 'remove', section: profile, key: secretKey },
          { kind: 'remove', section: profile, key: keyIdKey, dropsSection: !hasSection },
        ]
      : [],
  )
  printWarnings(warnings, output)
}
