// What the AWS SDK for JavaScript reads (`parseIni` of @smithy/core), to find where it differs from botocore.

import type { Entry, Finding, Section } from './document.ts'
import { findingOf } from './document-findings.ts'
import { splitLinesPython, stripPython } from './document-text.ts'

export type SdkEntry = { value: string; line: number }
/** By the SDK's own section names and keys: `profile.dev`, `s3.addressing_style`. */
export type SdkSections = ReadonlyMap<string, ReadonlyMap<string, SdkEntry>>

const prefixedName = /^([\w-]+)\s(["'])?([\w\-@+.%:/]+)\2$/
const prefixes = new Set(['profile', 'sso-session', 'services'])

/** The name under which the SDK keeps a section, or undefined where it drops it. */
export function sdkNameOf(name: string): string | undefined {
  // These live on Object.prototype, so the SDK loses what it puts there.
  if (name === '' || name in Object.prototype) return undefined
  const match = prefixedName.exec(name)
  if (!match) return name
  return prefixes.has(match[1] ?? '') ? `${match[1]}.${match[3]}` : undefined
}

/** Follows `parseIni` line by line. A section called `__proto__` makes it throw, and its callers read nothing. */
export function readAsSdk(text: string): SdkSections {
  const sections = new Map<string, Map<string, SdkEntry>>()
  let section: string | undefined
  let block: string | undefined
  let nextLine = 1
  for (const whole of text.split(/\r?\n/)) {
    const line = nextLine
    nextLine += 1 + (whole.includes('\r') ? whole.split('\r').length - 1 : 0)
    const comment = whole.search(/(?:^|\s)[;#]/)
    const trimmed = (comment === -1 ? whole : whole.slice(0, comment)).trim()
    if (trimmed.startsWith('[') && trimmed.endsWith(']')) {
      const name = trimmed.slice(1, -1)
      if (name === '__proto__' || name === 'profile __proto__') return new Map()
      section = sdkNameOf(name)
      block = undefined
      continue
    }
    const equals = trimmed.indexOf('=')
    if (section === undefined || equals < 1) continue
    const key = trimmed.slice(0, equals).trim()
    const value = trimmed.slice(equals + 1).trim()
    if (value === '') {
      block = key
      continue
    }
    if (block !== undefined && whole.trimStart() === whole) block = undefined
    const entries = sections.get(section) ?? new Map<string, SdkEntry>()
    sections.set(section, entries)
    const path = block ? `${block}.${key}` : key
    if (path !== '__proto__') entries.set(path, { value, line })
  }
  return sections
}

/** Marks the entries that the SDK reads differently, and returns a finding for each that none of `known` explains.
 * `explained`: further lines that need no finding. */
export function disputeWhatTheSdkReadsDifferently(
  sections: ReadonlyMap<string, Section>,
  sdkSections: SdkSections,
  known: readonly Finding[],
  explained: ReadonlySet<number>,
): Finding[] {
  const findings: Finding[] = []
  const agreed = new Set<SdkEntry>()
  const lines = new Set([...explained, ...known.map(({ line }) => line)])
  const repeated = new Set(known.map(({ code, section }) => code === 'file.duplicate-section' && section))
  const explain = (line: number, section: string) => {
    if (lines.has(line) || repeated.has(section)) return
    lines.add(line)
    findings.push(findingOf('file.read-differently', { line, section }))
  }
  for (const section of sections.values()) {
    const sdkEntries = sdkSections.get(sdkNameOf(section.name) ?? '')
    for (const entry of section.entries.values()) {
      const matches = pathsOf(entry).map(([path, value]) => {
        const sdkEntry = sdkEntries?.get(path)
        if (sdkEntry?.value !== value) return false
        agreed.add(sdkEntry)
        return true
      })
      if (entry.disputed) lines.add(entry.line)
      else if (matches.includes(false)) {
        entry.disputed = true
        explain(entry.line, section.name)
      }
    }
  }
  for (const [name, entries] of sdkSections)
    for (const sdkEntry of entries.values()) if (!agreed.has(sdkEntry)) explain(sdkEntry.line, name)
  return findings
}

/** An entry as the SDK would hold it: a nested block is one key per line, an empty value nothing. */
function pathsOf({ key, value }: Entry): [path: string, value: string][] {
  if (!value.startsWith('\n')) return value === '' ? [] : [[key, value]]
  const paths = new Map<string, string>()
  for (const line of splitLinesPython(value)) {
    const equals = line.indexOf('=')
    if (equals !== -1)
      paths.set(`${key}.${stripPython(line.slice(0, equals))}`, stripPython(line.slice(equals + 1)))
  }
  return [...paths]
}
