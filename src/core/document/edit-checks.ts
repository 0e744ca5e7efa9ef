// What must hold before and after an edit, and the words for the user where it does not.

import { AppError } from '../errors.ts'
import { changesOnlySections } from './comparison.ts'
import type { CredentialsDocument, Entry, Finding } from './document.ts'
import { sdkNameOf } from './sdk.ts'

/** Refuses line breaks, and white space at the ends, which would be read as something else. The caller knows what else a
 * value must be. */
export function assertWritable(name: string, values: ReadonlyMap<string, string>): void {
  for (const [key, value] of values)
    if (!/^[a-z][a-z0-9_]*$/.test(key) || !/^[!-~]+(?: +[!-~]+)*$/.test(value))
      throw new AppError(
        'file.value-unwritable',
        `a value for [${name}] has characters that an AWS file cannot hold`,
        'nothing was written; report it with the name of the key, without the value',
      )
}

export function assertStandsOnce(document: CredentialsDocument, name: string): void {
  const finding = document.findings.find(
    ({ code, section }) =>
      code === 'file.too-many-findings' || (code === 'file.duplicate-section' && section === name),
  )
  if (finding) throw unreadable(name, finding)
}

/** botocore and the SDK read exactly `values` among our keys in section `name`, and no reader disagrees. */
export function assertReadable(
  before: CredentialsDocument,
  after: CredentialsDocument,
  name: string,
  ownKeys: readonly string[],
  values: ReadonlyMap<string, string>,
): void {
  const section = after.sections.get(name)
  const sdkSection = after.sdkSections.get(sdkNameOf(name) ?? '')
  for (const key of ownKeys) {
    const value = values.get(key)
    const entry = section?.entries.get(key)
    const isRead = entry?.value === value && !entry?.disputed
    const isReadBySdk = section?.isPlain || sdkSection?.get(key)?.value === value
    if (!section || !isRead || !isReadBySdk) throw unreadableError(before, name, ownKeys, key)
  }
}

/** Nothing changed for any reader but our own lines. */
export function assertOnlyOursChanged(
  before: CredentialsDocument,
  after: CredentialsDocument,
  name: string,
  ownKeys: readonly string[],
): void {
  if (before === after || changesOnlySections(before, after, new Set([name]), ownKeys)) return
  throw unreadableError(before, name, ownKeys)
}

/** AWS tools would not all read section `name` as meant; the line that is most likely the reason is named. */
export function unreadableError(
  document: CredentialsDocument,
  name: string,
  ownKeys: readonly string[],
  key = '',
): AppError {
  return unreadable(name, culpritOf(document, name, ownKeys, key))
}

type Reason = Pick<Finding, 'line' | 'message' | 'hint'>

/** What most likely keeps our keys from being written: a finding at the line of `key` or below, else a value of ours
 * that goes on, else a finding anywhere in the section, else (an inherited key) in [DEFAULT], else the next one. */
function culpritOf(
  { sections, findings }: CredentialsDocument,
  name: string,
  ownKeys: readonly string[],
  key: string,
): Reason | undefined {
  const section = sections.get(name)
  const line = section?.entries.get(key)?.line
  const names: (string | undefined)[] = [name, sdkNameOf(name)]
  const specific = findings.filter(({ code }) => code !== 'file.read-differently')
  const inSection = specific.filter((finding) => finding.section && names.includes(finding.section))
  const continued = ownKeys
    .flatMap((ownKey) => section?.entries.get(ownKey) ?? [])
    .find(({ value }) => value.includes('\n'))
  return (
    inSection.find((finding) => line !== undefined && finding.line >= line) ??
    (continued && continuation(continued)) ??
    inSection[0] ??
    specific.find(({ code }) => code === 'file.default-section') ??
    specific.find((finding) => section && finding.line > section.line) ??
    specific[0] ??
    findings[0]
  )
}

function continuation({ key, line }: Entry): Reason {
  return {
    line,
    message: `the value of ${key} goes on in the lines below it`,
    hint: 'remove the white space at the start of those lines, or the lines',
  }
}

function unreadable(name: string, reason: Reason | undefined): AppError {
  const code = 'file.section-unreadable'
  if (reason)
    return new AppError(
      code,
      `AWS tools would not all read [${name}] as written, because of line ${reason.line}: ${reason.message}`,
      reason.hint,
    )
  return new AppError(
    code,
    `AWS tools would not all read a section called [${name}]`,
    'use only letters, digits and _ . / % @ : + - in the name of the profile',
  )
}

/** Throws file.rejected-by-aws when botocore, and so the AWS CLI, would refuse the file as it is. */
export function checkAccepted(document: CredentialsDocument, path: string): void {
  const finding = document.findings.find(({ rejectsFile }) => rejectsFile)
  if (finding === undefined) return
  throw new AppError(
    'file.rejected-by-aws',
    `AWS tools reject ${path}, so mfad does not write to it: line ${finding.line}: ${finding.message}`,
    finding.hint,
  )
}
