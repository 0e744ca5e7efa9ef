// Does the generator produce what its readers' test stands for? Told by the looks of the files, not by how they are made.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startBotocoreReader } from './aws-readers.ts'
import { requirePython } from './clients.ts'
import { iniFile } from './ini-arbitrary.ts'

const files = fc.sample(iniFile, { seed: 1, numRuns: 10_000 })
const texts = files.map((file) => Buffer.from(file).toString('utf8'))

const header = (name: string) => new RegExp(`^\\[${name}\\]\\s*$`, 'm')
const key = (pattern: string) => new RegExp(`^${pattern}[ \\t]*=`, 'm')
/** The lines of the first `[dev-mfa]`. */
const ours = (text: string) => /^\[dev-mfa\][ \t]*(?:\r?\n|\r)((?:(?!\[).*(?:\r?\n|\r|$))*)/m.exec(text)?.[1]
const inOurs = (pattern: RegExp) => (text: string) => pattern.test(ours(text) ?? '')
const isOurs = inOurs(/^mfad_key = OPASDFGH\r?$/m)
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0

/** How many of 10,000 files must have it at least. */
const features: [what: string, has: (text: string) => boolean, atLeast: number][] = [
  ['a comment', (text) => /^[#;]/m.test(text), 2000],
  ['only CRLF', (text) => /\r\n/.test(text) && !/[^\r]\n|\r[^\n]/.test(text), 500],
  ['LF and CRLF', (text) => /\r\n/.test(text) && /[^\r]\n/.test(text), 300],
  ['a lone carriage return', (text) => /\r[^\n]/.test(text), 300],
  ['a byte order mark', (text) => text.startsWith('\ufeff'), 30],
  ['a byte that is not UTF-8', (text) => text.includes('\ufffd'), 30],
  ['a tab', (text) => text.includes('\t'), 500],
  ['an indented header', (text) => /^[ \t]+\[[a-z]/m.test(text), 200],
  ['an indented key', (text) => /^[ \t]+[a-z_]+ ?=/m.test(text), 1000],
  ['spaces inside brackets', (text) => /^\[ .* \]/m.test(text), 50],
  ['a comment after a header', (text) => /^\[[^\]]+\][ \t]+[#;]/m.test(text), 300],
  ['a comment glued to a header', (text) => /^\[[^\]]+\][#;]/m.test(text), 50],
  ['a nested block', (text) => /^s3 =[ \t]*\r?\n[ \t]+[a-z_]+ ?=/m.test(text), 300],
  ['a colon as separator', (text) => /^[a-z_]+:/m.test(text), 200],
  ['a key in upper case', (text) => /^[A-Z_]+ =/m.test(text), 300],
  ['a quoted value', (text) => /= ?["'].*["']/.test(text), 300],
  ['a comment after a value', (text) => /=.*\s[#;]/.test(text), 300],
  ['a dot in a name', (text) => /^\[.*\..*\]/m.test(text), 300],
  ['a slash in a name', (text) => /^\[.*\/.*\]/m.test(text), 300],
  ['an @ in a name', (text) => /^\[.*@.*\]/m.test(text), 300],
  ['a space in a name', (text) => header('my profile').test(text), 30],
  ['a name of another alphabet', (text) => /^\[\P{ASCII}+\]/mu.test(text), 50],
  ['a numeric name', (text) => header('42').test(text), 300],
  ['__proto__ as a name', (text) => header('__proto__').test(text), 30],
  ['[DEFAULT]', (text) => header('DEFAULT').test(text), 100],
  ['[DEFAULT] with a session token', (text) => /^\[DEFAULT\]\s+aws_session_token/m.test(text), 30],
  ['[DEFAULT] with a security token', (text) => /^\[DEFAULT\]\s+aws_security_token/m.test(text), 30],
  ['[profile ...]', (text) => header('profile [a-z-]+').test(text), 300],
  ['a key before any section', (text) => /^[a-z_]+ ?=/.test(text), 50],
  ['__proto__ as a key', (text) => key('__proto__').test(text), 30],
  ['a NUL', (text) => text.includes('\0'), 50],
  ['a line separator', (text) => text.includes('\u2028'), 50],
  ['a next line character', (text) => text.includes('\u0085'), 50],
  ['a form feed', (text) => text.includes('\u000c'), 50],
  ['no final line end', (text) => /[^\r\n]$/.test(text), 1000],
  ['a line of a megabyte', (text) => text.length > 2 ** 20, 2],
  ['nothing at all', (text) => text === '', 20],
  ['a section that stands twice', (text) => new Set(headersIn(text)).size < headersIn(text).length, 100],
  ['our section', isOurs, 1000],
  ['our section first', (text) => isOurs(text) && text.startsWith('[dev-mfa]'), 100],
  ['our section last', (text) => isOurs(text) && headersIn(text).at(-1) === '[dev-mfa]', 300],
  ['our section between others', (text) => isOurs(text) && isBetween(text), 100],
  ['our section alone', (text) => isOurs(text) && headersIn(text).length === 1, 50],
  ['our section twice', (text) => count(text, /^\[dev-mfa\]/gm) > 1, 30],
  ['our section in CRLF', (text) => isOurs(text) && /\r\n/.test(ours(text) ?? ''), 100],
  ['a comment in our section', inOurs(/^[#;] ?mine[\s\S]*^mfad_key/m), 50],
  ['a key of the user in our section', inOurs(/^output = json[\s\S]*^mfad_key/m), 50],
  ['our section in another order', inOurs(/^mfad_key[\s\S]*^aws_access_key_id/m), 300],
  ['our section with keys in upper case', inOurs(/^MFAD_KEY/m), 100],
  ['our section with an indented key', inOurs(/^ {2}(?:aws_|mfad_|manager|region|expiration)/m), 30],
  [
    'our section with a security token',
    inOurs(/^aws_security_token[\s\S]*^mfad_key|^mfad_key[\s\S]*^aws_security_/m),
    50,
  ],
  ['our section with a key of another tool', inOurs(/^aws_access_key_id = ASIAOTHER/m), 50],
  ['our section with a broken mark', inOurs(/^mfad_key = XXXX/m), 20],
  [
    'a half of our section',
    (text) => /^aws_access_key_id/m.test(ours(text) ?? '') && !/mfad_key/.test(ours(text) ?? ''),
    100,
  ],
  ['long-term keys in our section', inOurs(/^aws_access_key_id = AKIA/m), 50],
  ['a role in our section', inOurs(/^role_arn/m), 30],
  ['an empty section of our name', (text) => ours(text)?.trim() === '', 40],
  ['several session sections', (text) => new Set(text.match(/^\[[a-z]+-mfa\]/gm)).size > 1, 300],
]

function headersIn(text: string): string[] {
  return text.match(/^\[[^\]\r\n]+\]/gm) ?? []
}

function isBetween(text: string): boolean {
  const position = headersIn(text).indexOf('[dev-mfa]')
  return position > 0 && position < headersIn(text).length - 1
}

describe('of 10,000 generated files', () => {
  it.each(features)('enough have %s', (_, has, atLeast) => {
    expect(texts.filter(has).length).toBeGreaterThanOrEqual(atLeast)
  })

  it('botocore accepts between a half and five sixths', async (context) => {
    const botocore = startBotocoreReader(requirePython(context, 'botocore.configloader'))
    try {
      const readings = await botocore.read(files.slice(0, 3000))
      const accepted = readings.filter((reading) => reading !== undefined).length
      expect(accepted).toBeGreaterThan(1500)
      expect(accepted).toBeLessThan(2500)
    } finally {
      await botocore.close()
    }
  })
})
