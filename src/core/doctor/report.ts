// The text for the report of a bug: what was found, without names, accounts, keys, hosts and paths. What a check says of what it has
// looked at is not in it, only what is known to be harmless, item by item.
import type { CredentialsDocument } from '../document/document.ts'
import type { ErrorCode } from '../error-codes.ts'
import type { Profile } from '../profiles/profile.ts'
import { sessionState } from '../profiles/session-state.ts'
import type { Settings } from '../settings/default-settings.ts'
import type { DoctorFacts } from './diagnosis.ts'
import type { FileFacts } from './files.ts'
import type { Diagnosis, Finding } from './finding.ts'
import { createRedaction, type Literal, leftOut } from './redaction.ts'

export type ReportFacts = {
  facts: DoctorFacts
  diagnosis: Diagnosis
  documents: { credentials: CredentialsDocument; config: CredentialsDocument }
  settings: Settings
  now: Date
  /** `linux 6.1.0 x64`, `v20.19.0`. */
  system: string
  node: string
  /** Names of this user, this computer and its directories. */
  own: readonly Literal[]
}

/** They hold what a program has said, or the name of one. */
const withoutFact: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'daemon.last-error',
  'file.mounted-alone',
  'notifier.command-failed',
  'settings.after-write-failed',
])

/** A broken file can have very many. */
const mostOfOneCheck = 50
const mostProfiles = 100

const title =
  'What mfad doctor found. Names, accounts, keys, hosts and paths are replaced; look it\nthrough all the same before you send it.'

export function reportText(report: ReportFacts): string {
  const { facts, diagnosis, settings, system, node } = report
  const redact = createRedaction([...literalsOf(report), ...report.own])
  const daemon = facts.daemon.status?.daemon
  return [
    title,
    '',
    `mfad ${facts.daemon.version}, daemon ${daemon === undefined || daemon === null ? 'not running' : versionOf(daemon.version)}, Node ${node}, ${system}`,
    ...facts.files.files.map(fileLine),
    ...settingLines(settings),
    ...profileLines(report),
    '',
    ...diagnosis.checks.flatMap(({ area, findings }) =>
      findings.length === 0
        ? [`${area}: nothing`]
        : findings.slice(0, mostOfOneCheck).map((each) => `${area}: ${findingLine(each, facts, redact)}`),
    ),
  ].join('\n')
}

/** Something else may listen where the daemon should. */
function versionOf(text: string): string {
  return /^\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z]{1,10}(?:\.\d{1,4})?)?$/.test(text) ? text : 'of an odd version'
}

function fileLine({
  name,
  kind,
  mode,
  names = 1,
  sections,
  realPath,
  path,
  isMountPoint,
}: FileFacts): string {
  if (kind !== 'present') return `${name} file: ${kind}`
  const how = [
    `${sections} section${sections === 1 ? '' : 's'}`,
    mode === undefined ? '' : `mode ${(mode & 0o777).toString(8).padStart(4, '0')}`,
    realPath === path ? '' : 'by a link',
    names > 1 ? `${names} names` : '',
    isMountPoint === true ? 'a mount point' : '',
  ]
  return `${name} file: ${how.filter((word) => word !== '').join(', ')}`
}

/** Numbers and choices; of everything else only that it is set. */
function settingLines(settings: Settings): string[] {
  const { durationSeconds, reminderLeadSeconds, notify, prompt, logLevel, suffix } = settings
  const isSet = (
    ['quietHours', 'notifyCommand', 'afterWriteCommand', 'httpsProxy', 'noProxy', 'caBundle'] as const
  ).filter((key) => settings[key] !== undefined)
  const words = [
    `duration ${durationSeconds} s`,
    `reminders ${reminderLeadSeconds.join(', ')} s`,
    `notify ${notify}`,
    `prompt ${prompt}`,
    `log_level ${logLevel}`,
    `suffix ${suffix === '-mfa' ? suffix : 'another'}`,
    ...isSet.map((key) => `${key} is set`),
  ]
  return [`settings: ${words.join('; ')}`]
}

function profileLines({ facts, settings, now }: ReportFacts): string[] {
  const { profiles } = facts.profiles
  const left = profiles.length - mostProfiles
  const lines = profiles.slice(0, mostProfiles).map((profile, index) => {
    const source = profiles.findIndex((each) => each.profile === profile.sourceProfile)
    const words = [
      profile.kind,
      sessionState(profile, settings.reminderLeadSeconds, now),
      profile.serialNumber === undefined ? '' : 'a device',
      profile.sourceProfile === undefined ? '' : `source ${source < 0 ? 'unknown' : nameOf(source)}`,
      profile.keyProfile === undefined ? '' : 'in place',
      profile.mfaProcess === undefined ? '' : 'mfa_process',
      profile.obstacle?.code ?? '',
    ]
    return `${nameOf(index)}: ${words.filter((word) => word !== '').join(', ')}`
  })
  return left > 0 ? [...lines, `and ${left} more profiles`] : lines
}

function findingLine(
  { severity, code, fact, file, line }: Finding,
  { files }: DoctorFacts,
  redact: (text: string) => string,
): string {
  const place =
    file === undefined
      ? ''
      : ` in the ${files.files.find(({ path }) => path === file)?.name ?? 'settings'} file`
  const at = line === undefined ? '' : `, line ${line}`
  return `${severity} ${code}${place}${at}: ${withoutFact.has(code) ? leftOut : redact(fact)}`
}

function nameOf(index: number): string {
  return `p${index + 1}`
}

/** Names of profiles first: of a text that is both a name and a value, the name tells more. */
function literalsOf({ facts, documents }: ReportFacts): Literal[] {
  const { profiles } = facts.profiles
  const sections = [documents.credentials, documents.config].flatMap((each) => [...each.sections.values()])
  const values = sections.flatMap(({ entries }) => [...entries.values()].map(({ value }) => value))
  return [
    ...facts.files.files.flatMap(({ name, path, realPath }): Literal[] => [
      [path, `the ${name} file`],
      ...(realPath === undefined ? [] : [[realPath, `the ${name} file`] as const]),
    ]),
    [facts.settings.path, 'the settings file'],
    [facts.daemon.socket, 'the socket'],
    ...facts.daemon.others.map(({ socket }): Literal => [socket, 'its socket']),
    ...profiles.flatMap(namesOf),
    ...sections.map(({ name }, index): Literal => [name, `s${index + 1}`]),
    ...values
      .flatMap((value): Literal[] => [
        ...value.split('\n').map((line) => [line.trim(), '***'] as const),
        [value, '***'],
      ])
      .filter(
        ([value]) => value.length > 2 && !/^(?:true|false|\d{1,5}|mfad|[a-z]{2}(?:-[a-z]+)+-\d)$/.test(value),
      ),
    ...[documents.credentials, documents.config].flatMap(({ text, findings }) => oddLines(text, findings)),
  ]
}

function namesOf({ profile, sessionProfile, keyProfile, sourceProfile }: Profile, index: number): Literal[] {
  return [
    [profile, nameOf(index)],
    [sessionProfile, `${nameOf(index)}-session`],
    ...(keyProfile === undefined ? [] : [[keyProfile, `${nameOf(index)}-keys`] as const]),
    ...(sourceProfile === undefined ? [] : [[sourceProfile, 'its source'] as const]),
  ]
}

/** What stands in lines that readers disagree about may be in no section. */
function oddLines(text: string, findings: CredentialsDocument['findings']): Literal[] {
  const lines = text.split(/\r\n|\r|\n/)
  return findings.slice(0, 1000).flatMap(({ line, section }) => {
    const words = (lines[line - 1] ?? '').split(/[\s=:[\]]+/).filter((word) => word.length > 3)
    const own = words.filter(
      (word) => !/^(?:aws_\w+|profile|region|mfa_serial|role_arn|source_profile)$/.test(word),
    )
    return [
      ...own.map((word) => [word, '***'] as const),
      ...(section === undefined ? [] : [[section, '***'] as const]),
    ]
  })
}
