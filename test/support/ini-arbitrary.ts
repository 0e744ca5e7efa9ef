// Credentials and config files as people and tools write them, and as nobody should: every form on which
// readers disagree, in files of which botocore still accepts about half.

import fc from 'fast-check'
import { fill, sessionSection } from './session-arbitrary.ts'

const names = [
  ...['default', 'dev', 'dev-mfa', 'prod', 'prod-mfa', 'dev.team', 'a/b', 'x@y', '42', 'DEV', 'default-mfa'],
  ...['profile dev', 'profile dev-mfa', 'profile "prod"', 'sso-session sso', 'services s', 'profile.dev'],
]
const oddNames = [
  'DEFAULT',
  '__proto__',
  'constructor',
  'toString',
  'my profile',
  'profile  dev',
  ' dev-mfa',
  'dev-mfa ',
  'Dev-MFA',
  'é',
  'команда',
  '開発',
  'a]b',
  "'q'",
]
const ownKeys = ['aws_access_key_id', 'aws_secret_access_key', 'aws_session_token', 'expiration', 'region']
const keys = [
  ...ownKeys,
  'output',
  'mfa_serial',
  'credential_process',
  'manager',
  's3',
  's3',
  'aws_security_token',
]
const oddKeys = [
  '__proto__',
  'constructor',
  'AWS_ACCESS_KEY_ID',
  'Region',
  's3.addressing_style',
  'my key',
  'é',
  'İ',
  'mfad_\u212aey',
  'aws_session_token.x',
]
const values = [
  ...['AKIAIOSFODNN7EXAMPLE', 'wJalr/XUtnFEMI+K7=MDENG==', 'eu-west-1', 'arn:aws:iam::1:mfa/me', 'json', 'x'],
  ...['a  b', 'op read "x y"', "it's", 'x#y', 'x;y', 'ünï'],
]
const oddValues = [
  'a # b',
  'a ;b',
  '#x',
  '; x',
  '"q"',
  "'q'",
  '"',
  '[dev-mfa]',
  '',
  '\u00a0x',
  'x\u0085',
  'a\u001cb',
  'a\u2028b = c',
  'a\u0085b = c',
  'a\u000cb',
  '\u000c',
  '=',
  '%(region)s',
  '$HOME',
  '\ud83d\udd11',
]

const oneOf = (...choices: readonly string[]) => fc.constantFrom(...choices)
const name = fc.oneof(
  { arbitrary: oneOf(...names), weight: 12 },
  { arbitrary: oneOf(...oddNames), weight: 1 },
)
const key = fc.oneof({ arbitrary: oneOf(...keys), weight: 16 }, { arbitrary: oneOf(...oddKeys), weight: 1 })
const value = fc.oneof(
  { arbitrary: oneOf(...values), weight: 16 },
  { arbitrary: oneOf(...oddValues), weight: 1 },
)

const headerForms = [
  ...[
    '[N] ',
    '[N] # c',
    '[N] ; c',
    '[N]#c',
    '  [N]',
    '[ N ]',
    '[N] x',
    '[N]]',
    '\t[N]',
    '[N',
    '[N] = y',
    '[N] # [z]',
  ],
  ...['[N]\u00a0', '[N]\u001c', '\ufeff[N]', '[]', '[N]\u0085# c'],
]
const headerForm = fc.oneof(
  { arbitrary: fc.constant('[N]'), weight: 14 },
  { arbitrary: oneOf(...headerForms), weight: 1 },
)
const header = fc.tuple(headerForm, name).map(([form, text]) => form.replace('N', () => text))

const entryForms = [
  ...[
    'K = V',
    'K=V',
    'K =V',
    'K\t=\tV',
    'K = V  ',
    'K =',
    'K = V\n',
    'K =\n  a = V\n  b=x',
    'K =\n\n# c\n  a = V\n',
  ],
]
const oddEntryForms = [
  ...[
    'K: V',
    'K:V',
    '  K = V',
    '\tK = V',
    'K = V # c',
    'K = V ;c',
    'K = "V"',
    "K = 'V'",
    '= V',
    'K',
    'K V',
    ': V',
  ],
  ...[
    'K = V\n  more',
    'K = V\n\n  more = x',
    'K = V\n# c\n  more',
    'K =\n  a b',
    'K =\n  a =\n  b = c',
    'K =\n a = V # c',
  ],
  ...[
    'K = V\n  [dev-mfa]\n  aws_access_key_id = Z',
    'K =\n  [dev-mfa]',
    'K =\n  [dev-mfa] = x',
    'K\u00a0= V',
    'K = V\u001f',
  ],
  ...[
    '\u001cK = V',
    '\u00a0K = V',
    '\ufeffK = V',
    '\u001c# K = V',
    'K = V\r',
    'K = V\rL = V',
    '# c\rK = V',
    'K =\n  a = V\u000cb',
  ],
  ...[
    'K =\n  a = V\u2028b = c',
    '  K =\n    a = V',
    '  K =\n  a = V',
    '\0',
    'K = \0',
    '\u0085',
    'K =\n  a.b = V',
    ' K = V\n  L = V',
  ],
]
const entryForm = fc.oneof(
  { arbitrary: oneOf(...entryForms), weight: 14 },
  { arbitrary: oneOf(...oddEntryForms), weight: 1 },
)
const trivia = oneOf('', '', '# a comment', '; note', '  # indented', '\t', '   ', '#[dev-mfa]', '# k = v')
const entry = fc.tuple(entryForm, key, value)
const body = fc
  .tuple(
    fc.uniqueArray(entry, { maxLength: 5, selector: ([, keyText]) => keyText }),
    fc.array(trivia, { maxLength: 3 }),
    fc.nat(),
  )
  .map(([entries, comments, seed]) => {
    const lines = entries.map(([form, keyText, valueText]) => fill(form, keyText, valueText))
    comments.forEach((comment, index) => {
      lines.splice((seed * (index + 7)) % (lines.length + 1), 0, comment)
    })
    return lines
  })

type SectionText = [header: string, lines: string[]]

const section: fc.Arbitrary<SectionText> = fc.tuple(header, body)
const nameOf = ([text]: SectionText) => text.replace(/^\s*\[([^\]]*)\].*$/s, '$1')

/** Sections of everyday names with session sections somewhere among them; now and then one stands twice. */
const sections = fc
  .record({
    others: fc.array(section, { maxLength: 5 }),
    sessions: fc.array(fc.tuple(sessionSection, fc.nat(5)), { maxLength: 2 }),
    mayRepeat: fc.nat(15).map((n) => n === 0),
  })
  .map(({ others, sessions, mayRepeat }) => {
    const all = sessions.reduce((rest, [session, at]) => rest.toSpliced(at, 0, session), others)
    if (mayRepeat) return all
    const names = all.map(nameOf)
    return all.filter((one, index) => names.indexOf(nameOf(one)) === index)
  })
/** A key of ours that every section inherits, a stale one too. */
const defaults = oneOf(
  '[DEFAULT]\naws_session_token = inherited',
  '[DEFAULT]\naws_security_token = inherited',
  '[DEFAULT]\nregion = us-east-1\n[DEFAULT]\noutput = json',
)
const preamble = fc.oneof(
  { arbitrary: fc.array(trivia, { maxLength: 2 }), weight: 40 },
  { arbitrary: body, weight: 2 },
  { arbitrary: defaults.map((text) => [text]), weight: 1 },
)

type LineEnds = 'lf' | 'crlf' | 'cr' | 'mixed'
const lineEnds = fc.oneof(
  { arbitrary: fc.constant<LineEnds>('lf'), weight: 12 },
  { arbitrary: fc.constant<LineEnds>('crlf'), weight: 3 },
  { arbitrary: fc.constantFrom<LineEnds[]>('cr', 'mixed', 'mixed'), weight: 2 },
)
const ending = {
  lf: ['\n'],
  crlf: ['\r\n'],
  cr: ['\r'],
  mixed: ['\n', '\r\n', '\n', '\r\n', '\n', '\r'],
}

const megabyte = 2 ** 20
/** A line of a megabyte, of each kind that a line can be of. */
const longLine = oneOf('# ', 'note = ', 's3 =\n  x = ', '[', '').map(
  (start) => start + 'long '.repeat(megabyte / 5),
)
/** Anything that somebody dropped into the file, on a line of its own. */
const strayLine = fc.oneof(
  {
    arbitrary: oneOf('\0', 'k = \0', '\0[dev-mfa]', '# \0', '\u2028', '# \u2028[x]', 'k = a\u000c', '\u000c'),
    weight: 60,
  },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 20 }), weight: 40 },
  { arbitrary: longLine, weight: 1 },
)
const strays = fc.oneof(
  { arbitrary: fc.constant<string[]>([]), weight: 14 },
  { arbitrary: strayLine.map((line) => [line]), weight: 1 },
)

/** The text of a file; a character above the Latin-1 range or a lone byte makes no difference to its shape. */
const iniText: fc.Arbitrary<string> = fc
  .record({
    preamble,
    sections,
    strays,
    at: fc.nat(40),
    lineEnds,
    end: oneOf('\n', '\n', '\n', '', '\n\n', '\r', '  ', '\n  ', '\r\n'),
  })
  .map(({ preamble: top, sections: all, strays: stray, at, lineEnds: kind, end }) => {
    const lines = [...top, ...all.flatMap(([head, rest]) => [head, ...rest])]
    lines.splice(at % (lines.length + 1), 0, ...stray)
    let index = 0
    const nextEnding = () => ending[kind][index++ % ending[kind].length] as string
    return (
      lines.join('\n').replaceAll('\n', nextEnding) + (lines.length > 0 && end === '\n' ? nextEnding() : end)
    )
  })

/** The bytes of a file: nearly always UTF-8, now and then with a byte order mark or a byte that is none. */
export const iniFile: fc.Arbitrary<Uint8Array> = fc
  .tuple(iniText, fc.nat(99), fc.nat())
  .map(([text, kind, seed]) => {
    if (kind === 99) return new Uint8Array([0xef, 0xbb, 0xbf, ...Buffer.from(text)])
    const bytes = new Uint8Array(Buffer.from(text))
    if (kind === 98 && bytes.length > 0) bytes[seed % bytes.length] = 0x80 + (seed % 128)
    return bytes
  })
