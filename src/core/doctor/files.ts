// The user's files: are they there, whose are they, who else can read or write them, and do all AWS tools read the same in them?
import type { Finding as DocumentFinding } from '../document/document.ts'
import type { ErrorBody } from '../errors.ts'
import { quoted } from '../text/quoted.ts'
import type { Files, Warning } from '../wire.ts'
import { type Check, type Finding, finding } from './finding.ts'
import { disputedReason, rejectedReason } from './reasons.ts'

export type FileFacts = {
  name: Exclude<keyof Files, 'socket'>
  path: string
  kind: 'present' | 'absent' | 'unreadable'
  /** Where its links lead. */
  realPath?: string
  mode?: number
  /** Names that it has. */
  names?: number
  /** Something is mounted exactly there. */
  isMountPoint?: boolean
  sections: number
  /** Why it cannot be read. */
  error?: ErrorBody
  /** Why a login would not write to it. */
  obstacle?: ErrorBody
  /** That others can read it, and the like. */
  warnings: readonly ErrorBody[]
  findings: readonly DocumentFinding[]
}

export type FilesFacts = {
  files: readonly FileFacts[]
  /** Who else could have written what steers a login. */
  distrust: readonly Warning[]
  /** Any long-term key, role or other sign-in, wherever it stands. */
  hasProfiles: boolean
}

export function checkFiles({ files, distrust, hasProfiles }: FilesFacts): Check {
  const ofTrust = distrust.map((warning) => finding('problem', warning))
  const ofFiles = files.flatMap((file) => fileFindings(file, distrust))
  const missing = hasProfiles || ofFiles.some(({ severity }) => severity === 'problem') ? [] : noKeys(files)
  return {
    area: 'files',
    looked: files.map(describe).join('\n'),
    findings: [...ofTrust, ...ofFiles, ...missing],
  }
}

function fileFindings(file: FileFacts, distrust: readonly Warning[]): Finding[] {
  const { name, path, kind, realPath, error, obstacle, names = 1, isMountPoint = false } = file
  if (error !== undefined) return [finding('problem', { ...error, file: path })]
  if (kind === 'absent') return realPath === undefined || realPath === path ? [] : [dangling(path, realPath)]
  const isKnown = ({ code, message }: ErrorBody) =>
    distrust.some((each) => each.message === message) || code === 'file.rejected-by-aws'
  return [
    ...file.findings.map(({ rejectsFile, ...problem }) =>
      finding(
        rejectsFile ? 'problem' : 'warning',
        { ...problem, file: path },
        rejectsFile ? rejectedReason : disputedReason,
      ),
    ),
    ...file.warnings.map((warning) => finding('warning', { ...warning, file: path })),
    ...(obstacle === undefined || isKnown(obstacle) ? [] : [finding('problem', { ...obstacle, file: path })]),
    ...(name === 'credentials' && names > 1 ? [hardLinks(path, names)] : []),
    ...(name === 'credentials' && isMountPoint ? [mountPoint(path)] : []),
  ]
}

function noKeys(files: readonly FileFacts[]): Finding[] {
  const path = files.find(({ name }) => name === 'credentials')?.path ?? ''
  const problem = {
    code: 'profile.no-keys' as const,
    message: 'there is no profile with an access key in the AWS files',
    hint: 'add one with: mfad setup',
    file: path,
  }
  return [finding('warning', problem, 'mfad makes sessions out of long-term keys, and finds none')]
}

function dangling(path: string, realPath: string): Finding {
  return finding('warning', {
    code: 'file.dangling-link',
    message: `${path} is a link to ${realPath}, where there is no file`,
    hint: `see what is on its way: namei -l ${quoted(path)}`,
    file: path,
  })
}

function hardLinks(path: string, names: number): Finding {
  return finding('note', {
    code: 'file.hard-links',
    message: `${path} is the same file under ${names} names`,
    hint: 'nothing has to be done',
    file: path,
  })
}

function mountPoint(path: string): Finding {
  return finding('note', {
    code: 'file.mount-point',
    message: `${path} is mounted by itself`,
    hint: 'to have it replaced as a whole, mount its directory instead',
    file: path,
  })
}

function describe({ path, kind, realPath = path, mode, sections }: FileFacts): string {
  if (kind !== 'present') return `${path}: ${kind === 'absent' ? 'none' : 'cannot be read'}`
  const link = realPath === path ? '' : ` → ${realPath}`
  const modeText = mode === undefined ? '' : `, mode ${(mode & 0o777).toString(8).padStart(4, '0')}`
  return `${path}${link}: ${count(sections, 'section')}${modeText}`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
