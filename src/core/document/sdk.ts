// What the AWS SDK for JavaScript reads (`parseIni` of @smithy/core), to find where it differs from botocore.

import type { Entry, Finding, Part, SdkEntry, SdkSections, Section } from './document.ts'
import { addFinding } from './findings.ts'
import { plainLineAt } from './plain.ts'
import { countLineEnds, splitLinesPython, stripPython } from './text.ts'

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

/** The name of the plain section that the SDK keeps under `sdkName`. */
export function plainNameOf(sdkName: string): string {
  return sdkName.replace(/^(profile|sso-session|services)\./, '$1 ')
}

/** Follows `parseIni` line by line through some parts of a text. A section called `__proto__` makes it throw, and its
 * callers read nothing in the whole file: undefined. */
export function readAsSdk(text: string, parts: readonly Part[]): SdkSections | undefined {
  const sections: SdkReading['sections'] = new Map()
  for (const part of parts)
    if (!readPart({ sections, section: undefined, block: undefined }, text, part)) return undefined
  return sections
}

type SdkReading = {
  sections: Map<string, Map<string, SdkEntry>>
  section: string | undefined
  /** The key without a value whose indented lines are keys of their own. */
  block: string | undefined
}

/** False where the SDK gives up. */
function readPart(reading: SdkReading, text: string, part: Part): boolean {
  let { start: offset, line } = part
  while (offset < part.end) {
    const match = plainLineAt(text, offset)
    if (match) {
      readPlainLine(reading, match, line++)
      offset += match[0].length
      continue
    }
    const end = text.indexOf('\n', offset)
    const whole = text.slice(offset, end === -1 ? text.length : end).replace(/\r$/, '')
    if (!readOddLine(reading, whole, line)) return false
    line += countLineEnds(whole) + 1
    offset = end === -1 ? text.length : end + 1
  }
  return true
}

function readPlainLine(reading: SdkReading, [whole, name, key]: RegExpExecArray, line: number): void {
  if (name !== undefined) openSection(reading, name)
  else if (key !== undefined) addEntry(reading, key, whole.slice(whole.indexOf('=') + 1).trim(), line, false)
}

/** False where the SDK gives up. */
function readOddLine(reading: SdkReading, whole: string, line: number): boolean {
  const comment = whole.search(/(?:^|\s)[;#]/)
  const trimmed = (comment === -1 ? whole : whole.slice(0, comment)).trim()
  if (trimmed.startsWith('[') && trimmed.endsWith(']')) {
    const name = trimmed.slice(1, -1)
    openSection(reading, name)
    return name !== '__proto__' && name !== 'profile __proto__'
  }
  const equals = trimmed.indexOf('=')
  const isIndented = whole.trimStart() !== whole
  if (equals > 0)
    addEntry(reading, trimmed.slice(0, equals).trim(), trimmed.slice(equals + 1).trim(), line, isIndented)
  return true
}

function openSection(reading: SdkReading, name: string): void {
  reading.section = sdkNameOf(name)
  reading.block = undefined
}

function addEntry(reading: SdkReading, key: string, value: string, line: number, isIndented: boolean): void {
  if (reading.section === undefined) return
  if (value === '') {
    reading.block = key
    return
  }
  if (!isIndented) reading.block = undefined
  const path = reading.block ? `${reading.block}.${key}` : key
  const entries = reading.sections.get(reading.section) ?? new Map<string, SdkEntry>()
  reading.sections.set(reading.section, entries)
  // Assigning a string to `__proto__` is without effect.
  if (path !== '__proto__') entries.set(path, { value, line })
}

/** Marks the entries that the SDK reads differently, and adds a finding for each that none explains yet.
 * `explained`: further lines that need no finding. */
export function disputeWhatTheSdkReadsDifferently(
  sections: ReadonlyMap<string, Section>,
  sdkSections: SdkSections,
  findings: Finding[],
  explained: ReadonlySet<number>,
): void {
  const agreed = new Set<SdkEntry>()
  const lines = new Set([...explained, ...findings.map(({ line }) => line)])
  const repeated = new Set(findings.map(({ code, section }) => code === 'file.duplicate-section' && section))
  const explain = (line: number, section: string) => {
    if (lines.has(line) || repeated.has(section)) return
    lines.add(line)
    addFinding(findings, 'file.read-differently', { line, section })
  }
  for (const section of sections.values()) {
    const sdkEntries = sdkSections.get(sdkNameOf(section.name) ?? '')
    for (const entry of section.entries.values()) {
      const isAgreed = agrees(entry, (path, value) => {
        const sdkEntry = sdkEntries?.get(path)
        if (sdkEntry?.value !== value) return false
        agreed.add(sdkEntry)
        return true
      })
      if (entry.disputed) lines.add(entry.line)
      else if (!isAgreed) {
        entry.disputed = true
        explain(entry.line, section.name)
      }
    }
  }
  for (const [name, entries] of sdkSections)
    for (const sdkEntry of entries.values()) if (!agreed.has(sdkEntry)) explain(sdkEntry.line, name)
}

/** The SDK holds a nested block as one key per line, an empty value not at all. */
function agrees({ key, value }: Entry, isRead: (path: string, value: string) => boolean): boolean {
  if (!value.startsWith('\n')) return value === '' || isRead(key, value)
  const paths = new Map<string, string>()
  for (const line of splitLinesPython(value)) {
    const equals = line.indexOf('=')
    if (equals !== -1)
      paths.set(`${key}.${stripPython(line.slice(0, equals))}`, stripPython(line.slice(equals + 1)))
  }
  return [...paths].map(([path, nested]) => isRead(path, nested)).every(Boolean)
}
