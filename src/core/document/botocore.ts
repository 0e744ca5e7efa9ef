// What botocore (AWS CLI, boto3) reads: Python's `RawConfigParser` in strict mode (`Lib/configparser.py`, `_read`),
// then `_parse_nested` of `botocore.configloader`. Where botocore gives up, this goes on and leaves a finding.

import type { Entry, Finding, Part, Section } from './document.ts'
import {
  addFinding,
  entryProblems,
  type FindingCode,
  headerProblems,
  type Place,
  valueProblems,
} from './findings.ts'
import { plainLineAt } from './plain.ts'
import {
  countLineEnds,
  decode,
  detached,
  encode,
  endOfLine,
  indentationOf,
  lineEndAt,
  splitLinesPython,
  stripPython,
} from './text.ts'

type OpenSection = Section & { entries: Map<string, Entry> }

/** What was read so far, and where the reading stands. */
export type Reading = {
  readonly sections: Map<string, OpenSection>
  readonly findings: Finding[]
  /** Lines of entries that are disputed because of their section's header. */
  readonly disputedLines: Set<number>
  section: OpenSection | undefined
  sectionDisputed: boolean
  /** The entry that a deeper line continues. */
  entry: Entry | undefined
  /** The entry's own line has no value, so that its further lines are `key = value` pairs. */
  entryIsNested: boolean
  indentation: number
  blankLines: number
}

type Line = { number: number; whole: string; stripped: string; indentation: number; start: number }

/** Reads the parts as if each stood where it stands, and as if nothing stood between them. */
export function readAsBotocore(text: string, isUtf8: boolean, parts: readonly Part[]): Reading {
  const reading = startReading()
  if (!isUtf8) report(reading, 'file.not-utf-8', { line: firstLineNotUtf8(text) })
  for (const part of parts) readPart(reading, text, part)
  return reading
}

function readPart(reading: Reading, text: string, { start, end, line }: Part): void {
  const hasMark = start === 0 && text.startsWith('\ufeff')
  if (hasMark) report(reading, 'file.byte-order-mark', { line: 1 })
  let number = line
  let offset = hasMark ? 1 : start
  while (offset < end) {
    const match = plainLineAt(text, offset)
    if (match && readPlainLine(reading, match, number, offset)) offset += match[0].length
    else offset = readOddLine(reading, text, number, offset)
    number++
  }
  closeSection(reading, end)
}

function startReading(): Reading {
  return {
    sections: new Map(),
    findings: [],
    disputedLines: new Set(),
    section: undefined,
    sectionDisputed: false,
    entry: undefined,
    entryIsNested: false,
    indentation: 0,
    blankLines: 0,
  }
}

/** Reads most lines, at little cost. False where the line is not plain after all, because of where it stands. */
function readPlainLine(reading: Reading, match: RegExpExecArray, number: number, start: number): boolean {
  const [whole, name, key] = match
  if (name !== undefined) {
    reading.indentation = 0
    openSection(reading, name, number, start)
  } else if (key !== undefined) {
    if (!reading.section) return false
    reading.indentation = 0
    addEntry(reading, key, whole.slice(whole.indexOf('=') + 1).trim(), number)
  } else if (whole.trim() === '') reading.blankLines++
  return true
}

/** Any other line; returns the offset of the next one. */
function readOddLine(reading: Reading, text: string, number: number, start: number): number {
  const end = endOfLine(text, start)
  const whole = text.slice(start, end)
  const lineEnd = lineEndAt(text, end)
  readLine(reading, { number, whole, stripped: stripPython(whole), indentation: indentationOf(whole), start })
  if (lineEnd === '\r')
    report(reading, 'file.lone-carriage-return', { line: number, section: reading.section?.name })
  return end + lineEnd.length
}

/** Follows `_read` of CPython for one line of any shape. */
function readLine(reading: Reading, line: Line): void {
  const { stripped, indentation, number } = line
  if (stripped === '') {
    reading.blankLines++
    return
  }
  if (stripped.startsWith('#') || stripped.startsWith(';')) return
  if (reading.section && reading.entry?.key && indentation > reading.indentation) {
    continueEntry(reading, reading.entry, line)
    return
  }
  reading.indentation = indentation
  const bracket = stripped.startsWith('[') ? stripped.lastIndexOf(']') : -1
  if (bracket > 1) readHeader(reading, line, stripped.slice(1, bracket))
  else if (reading.section) readEntry(reading, reading.section, line)
  else if (!reading.findings.some(({ code }) => code === 'file.key-before-section'))
    report(reading, 'file.key-before-section', { line: number })
}

function readHeader(reading: Reading, { number, whole, indentation, start }: Line, name: string): void {
  openSection(reading, name, number, start)
  for (const code of headerProblems(whole, name, indentation)) {
    report(reading, code, { line: number, section: name })
    reading.sectionDisputed = true
  }
}

function readEntry(
  reading: Reading,
  { name }: OpenSection,
  { number, whole, stripped, indentation }: Line,
): void {
  const place = { line: number, section: name }
  const separator = stripped.search(/[=:]/)
  if (separator === -1) {
    report(reading, 'file.line-without-equals', place)
    return
  }
  const before = stripped.slice(0, separator)
  const after = stripped.slice(separator + 1)
  const key = stripPython(before).toLowerCase()
  const entry = addEntry(reading, key, stripPython(after), number)
  if (key === '') report(reading, 'file.empty-key', place)
  const edges = whole.slice(indentation + stripped.length)
  for (const code of entryProblems(before, stripped.charAt(separator), after + edges, indentation)) {
    report(reading, code, { ...place, key: before.trim() })
    entry.disputed = true
  }
}

/** A line that is indented more continues the value. Blank lines before it belong to the value, comments do not. */
function continueEntry(reading: Reading, entry: Entry, { number, stripped }: Line): void {
  entry.value += `${'\n'.repeat(reading.blankLines + 1)}${detached(stripped)}`
  reading.blankLines = 0
  const codes = continuationProblems(reading, stripped)
  for (const code of codes) report(reading, code, { line: number, section: reading.section?.name })
  if (codes.length > 0) entry.disputed = true
}

function continuationProblems(reading: Reading, stripped: string): FindingCode[] {
  const isPair = !lacksEquals(stripped)
  // Values of [DEFAULT] are looked at where a section inherits them.
  const isRejected = reading.entryIsNested && !isPair && reading.section?.name !== 'DEFAULT'
  const rejected: FindingCode[] = isRejected ? ['file.nested-line-without-equals'] : []
  if (stripped.startsWith('[') && stripped.includes(']')) return ['file.section-in-value', ...rejected]
  if (!reading.entryIsNested) return ['file.continued-value']
  if (!isPair) return rejected
  const separator = stripped.indexOf('=')
  return valueProblems(stripped.slice(0, separator), stripped.slice(separator + 1))
}

/** botocore reads a nested block line by line, and breaks its lines where Python's `splitlines` does. */
function lacksEquals(block: string): boolean {
  return splitLinesPython(block).some((line) => stripPython(line) !== '' && !line.includes('='))
}

/** A repeated section is read for its findings and kept out of `sections`; only `[DEFAULT]` may stand twice. */
function openSection(reading: Reading, name: string, line: number, start: number): void {
  closeSection(reading, start)
  const first = reading.sections.get(name)
  reading.entry = undefined
  reading.sectionDisputed = false
  reading.section = {
    name: detached(name),
    line,
    entries: new Map(),
    start,
    end: start,
    isPlain: false,
    content: {},
  }
  if (!first) reading.sections.set(name, reading.section)
  else if (name === 'DEFAULT') reading.section = first
  else {
    report(reading, 'file.duplicate-section', { line, section: name, firstLine: first.line })
    reading.sectionDisputed = true
  }
}

function closeSection(reading: Reading, end: number): void {
  if (reading.section) reading.section.end = end
  reading.section = undefined
}

function addEntry(reading: Reading, key: string, value: string, line: number): Entry {
  const section = reading.section as OpenSection
  const entry = { key: detached(key), value: detached(value), line, disputed: reading.sectionDisputed }
  const first = section.entries.get(key)
  if (!first) section.entries.set(key, entry)
  else {
    report(reading, 'file.duplicate-key', { line, section: section.name, key, firstLine: first.line })
    first.disputed = true
    reading.disputedLines.add(line)
  }
  if (reading.sectionDisputed) reading.disputedLines.add(line)
  reading.entry = entry
  reading.entryIsNested = value === ''
  reading.blankLines = 0
  return entry
}

/** A small file could ask for more entries than there is memory. botocore would read it; we do not write to it. */
const mostInherited = 100_000

/** botocore adds the entries of `[DEFAULT]` to each section; no other reader does. */
export function inheritDefaults({ sections, findings }: Pick<Reading, 'sections' | 'findings'>): void {
  const defaults = sections.get('DEFAULT')
  if (!defaults) return
  if (defaults.entries.size * sections.size > mostInherited) {
    addFinding(findings, 'file.default-section-too-large', { line: defaults.line, section: 'DEFAULT' })
    return
  }
  for (const { key, value, line } of defaults.entries.values()) {
    const heirs = [...sections.values()].filter(
      (section) => section !== defaults && !section.entries.has(key),
    )
    for (const heir of heirs) heir.entries.set(key, { key, value, line, disputed: true })
    if (heirs.length > 0 && value.startsWith('\n') && lacksEquals(value))
      addFinding(findings, 'file.nested-line-without-equals', { line, section: 'DEFAULT' })
  }
}

function report(reading: Reading, code: FindingCode, place: Place): void {
  addFinding(reading.findings, code, place)
}

/** `text` holds one character per byte. Characters beyond ASCII are whole runs of bytes beyond it. */
function firstLineNotUtf8(text: string): number {
  for (const { 0: run, index } of text.matchAll(/[\x80-\xff]+/g))
    if (!decode(encode({ text: run, isUtf8: false })).isUtf8) return 1 + countLineEnds(text.slice(0, index))
  return 1
}
