// A settings file that is plain to read: comments, `[mfad]`, and lines on which `ini` and our own document agree. It gives what the
// two would make of it, without them: they are most of the code that a command with a settings file would load.

import type { CredentialsDocument, Entry } from '../document/document.ts'
import { key, trivia, value } from '../document/plain-lines.ts'

const linePattern = new RegExp(`^(?:(${key})${value}|${trivia})$`)

/** Undefined where it is not plain. `parsed`: as `ini` gives it. */
export function plainSettings(
  text: string,
): { parsed: unknown; document: Pick<CredentialsDocument, 'findings' | 'sections'> } | undefined {
  const lines = text.split(/\r?\n/)
  const header = lines.indexOf('[mfad]')
  const entries = new Map<string, Entry>()
  // A backslash means something to `ini` alone; the other is what stands for bytes that are no UTF-8.
  if (header === -1 || /[\\\ufffd]/.test(text)) return undefined
  for (const [index, line] of lines.entries()) {
    if (index === header) continue
    const match = linePattern.exec(line)
    const name = match?.[1]
    if (match === null || (name !== undefined && (index < header || entries.has(name)))) return undefined
    const entry = { value: line.slice(line.indexOf('=') + 1).trim(), line: index + 1, disputed: false }
    if (name !== undefined) entries.set(name, { key: name, ...entry })
  }
  // It may hold a password, and then it counts who can read the file: settings-file.ts looks.
  if (entries.get('https_proxy')?.value.includes('@')) return undefined
  const values = [...entries.values()].map((entry) => [entry.key, entry.value])
  const place = { line: header + 1, start: 0, end: text.length }
  const section = { name: 'mfad', ...place, entries, isPlain: true, content: entries }
  return {
    parsed: { mfad: Object.fromEntries(values) },
    document: { findings: [], sections: new Map([['mfad', section]]) },
  }
}
