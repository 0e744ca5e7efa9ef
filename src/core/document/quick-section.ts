// One section of a text, read without the rest, where it is plain to see that all readers read the same in it. What is not plain
// is for parse.ts, which gives the same answer wherever this gives one:
//
//   [dev-mfa]                     at the start of a line, its lines plain, and a plain header or the end of the text after them
//   [dev-mfa]  a second time      not plain: botocore rejects the file, the SDK puts both together
//   "dev-mfa" as a continuation   not plain, since `[dev-mfa]` then stands somewhere else than at the start of a line
//
// At a plain header each reader begins anew, so that nothing above it matters but a second section of that name. The one exception
// is `__proto__`, for which the SDK gives the whole file up.

import type { Agreeable } from './document.ts'
import { header, key, trivia, value } from './plain-lines.ts'

const headerPattern = new RegExp(header, 'y')
const linePattern = new RegExp(`^(?:(${key})${value}|${trivia})$`)
const nameCharacters = 'A-Za-z0-9_./%@:+-'
const plainName = new RegExp(`^[${nameCharacters}]+$`)

/** The section `[NAME]` of a credentials file. Undefined where that is not plain to see. */
export function quickSection(text: string, name: string): Agreeable | 'absent' | undefined {
  return plainName.test(name) ? sectionUnder(text, name) : undefined
}

/** The section `[profile NAME]` of a config file. Undefined where that is not plain to see. */
export function quickProfile(text: string, name: string): Agreeable | 'absent' | undefined {
  // `[default]` is a profile, too. To the SDK `[profile.dev]` is one.
  if (!plainName.test(name) || name === 'default' || text.includes(`[profile.${name}]`)) return undefined
  // However it is written: `[profile dev]`, `[profile "dev"]`, with a tab.
  const spellings = new RegExp(`[^${nameCharacters}]${name.replace(/[.+]/g, '\\$&')}["']?\\]`, 'g')
  const spelled = text.match(spellings) ?? []
  if (spelled.length === 0) return 'absent'
  const section = spelled.length === 1 ? sectionUnder(text, `profile ${name}`) : undefined
  return section === 'absent' ? undefined : section
}

function sectionUnder(text: string, name: string): Agreeable | 'absent' | undefined {
  const start = text.indexOf(`[${name}]`)
  if (start === -1) return 'absent'
  if (text.includes(`[${name}]`, start + 1) || text.includes('__proto__')) return undefined
  const match = plainHeaderAt(text, start)
  if (match?.[1] !== name) return undefined
  const next = text.indexOf('\n[', start)
  if (next !== -1 && plainHeaderAt(text, next + 1) === null) return undefined
  return entriesOf(text.slice(start + match[0].length, next === -1 ? undefined : next + 1))
}

function plainHeaderAt(text: string, offset: number): RegExpExecArray | null {
  if (offset > 0 && text[offset - 1] !== '\n') return null
  headerPattern.lastIndex = offset
  return headerPattern.exec(text)
}

function entriesOf(body: string): Agreeable | undefined {
  const entries = new Map<string, { value: string; disputed: boolean }>()
  for (const line of body.split(/\r?\n/)) {
    const match = linePattern.exec(line)
    const name = match?.[1]
    if (match === null || (name !== undefined && entries.has(name))) return undefined
    if (name !== undefined)
      entries.set(name, { value: line.slice(line.indexOf('=') + 1).trim(), disputed: false })
  }
  return { entries }
}
