// Changes one line of the settings file and nothing else. The result is read back, by both readers of the file, before it is
// handed out.

import type { CredentialsDocument, Entry } from '../document/document.ts'
import { lineEndOf } from '../document/text.ts'
import { AppError } from '../errors.ts'
import { settingProblem, settingTexts } from './settings.ts'

/** How a text is read: what `ini` makes of it, and our own document. */
export type ReadText = (text: string) => { parsed: unknown; document: CredentialsDocument }

/**
 * The text with `key = value`, or without a value for `key` where that is undefined. A value that `ini` would cut or read as
 * something else is quoted. Throws settings.invalid where the file could not be read as it is meant.
 */
export function editSetting(text: string, key: string, value: string | undefined, read: ReadText): string {
  const before = read(text)
  const broken = before.document.findings.find(({ rejectsFile }) => rejectsFile)
  if (broken !== undefined) throw notEditable(`line ${broken.line}: ${broken.message}`)
  const forms = value === undefined ? [undefined] : [value, JSON.stringify(value)]
  for (const form of forms) {
    const after = withSetting(text, before.document, key, form)
    if (readsAs(read(after), before, key, value)) return after
  }
  throw notEditable(`${key} cannot be written so that it is read back as it is`)
}

function withSetting(
  text: string,
  { sections }: CredentialsDocument,
  key: string,
  form: string | undefined,
): string {
  const lineEnd = lineEndOf(text)
  const section = sections.get('mfad')
  const entry = section?.entries.get(key)
  const lines = text.split(/(?<=\n)/)
  const line = form === '' ? `${key} =` : `${key} = ${form}`
  if (section === undefined) {
    if (form === undefined) return text
    const gap = text === '' ? '' : `${text.endsWith('\n') ? '' : lineEnd}${lineEnd}`
    return `${text}${gap}[mfad]${lineEnd}${line}${lineEnd}`
  }
  if (entry !== undefined) {
    const old = lines[entry.line - 1] ?? ''
    const end = /\r?\n$/.exec(old)?.[0] ?? ''
    lines[entry.line - 1] = form === undefined ? '' : `${line}${end}`
    return lines.join('')
  }
  if (form === undefined) return text
  const last = lastLine([...section.entries.values()], section.line)
  const old = lines[last - 1] ?? ''
  lines[last - 1] = old.endsWith('\n') ? `${old}${line}${lineEnd}` : `${old}${lineEnd}${line}`
  return lines.join('')
}

/** New lines go below the last setting, or below the header. */
function lastLine(entries: readonly Entry[], header: number): number {
  return entries.reduce(
    (last, { line, value }) => Math.max(last, line + value.split('\n').length - 1),
    header,
  )
}

/** Is the setting what it should be, and is every other one what it was? */
function readsAs(
  after: ReturnType<ReadText>,
  before: ReturnType<ReadText>,
  key: string,
  value: string | undefined,
): boolean {
  const texts = (read: ReturnType<ReadText>) =>
    [...settingTexts(read.parsed, read.document)].map(([name, { text }]) => [name, text] as const)
  const expected = new Map(texts(before).filter(([name]) => name !== key))
  const found = new Map(texts(after))
  const own = found.get(key)
  found.delete(key)
  const isSame =
    found.size === expected.size && [...expected].every(([name, text]) => found.get(name) === text)
  if (!isSame || own !== value) return false
  if (value === undefined) return after.document.sections.get('mfad')?.entries.has(key) !== true
  return (
    after.document.findings.every(({ rejectsFile }) => !rejectsFile) &&
    settingProblem(key, value) === undefined
  )
}

function notEditable(fact: string): AppError {
  return new AppError(
    'settings.invalid',
    `the settings file cannot be changed line by line: ${fact}`,
    'mend it with: mfad config edit',
  )
}
