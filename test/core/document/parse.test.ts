import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CredentialsDocument } from '../../../src/core/document/document.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'

const parse = (text: string) => parseDocument(new TextEncoder().encode(text))

/** Each section with its keys and values, as botocore reads them; a `*` marks a disputed key. */
function reading({ sections }: CredentialsDocument): Record<string, Record<string, string>> {
  return Object.fromEntries(
    [...sections].map(([name, { entries }]) => [
      name,
      Object.fromEntries(
        [...entries].map(([key, entry]) => [key + (entry.disputed ? '*' : ''), entry.value]),
      ),
    ]),
  )
}

/** Each finding as `line code`, with a `!` where botocore rejects the file. */
function findings({ findings: all }: CredentialsDocument): string[] {
  return all.map(
    ({ line, code, rejectsFile }) => `${line} ${code.slice('file.'.length)}${rejectsFile ? '!' : ''}`,
  )
}

describe('what all AWS tools read alike', () => {
  it.each([
    ['a dot in a section name', '[dev.team]\nregion = x\n', { 'dev.team': { region: 'x' } }],
    ['an equals sign in a value', '[a]\ntoken = abc==\n', { a: { token: 'abc==' } }],
    ['a value without spaces round the separator', '[a]\nk=v\n', { a: { k: 'v' } }],
    ['a key without a value', '[a]\nk =\nj = 1\n', { a: { k: '', j: '1' } }],
    ['a comment after a section', '[a] # note\nk = v\n[b]\t; note\n', { a: { k: 'v' }, b: {} }],
    ['a colon, a hash or quotes within a value', '[a]\nk = a:b#c "d" e\n', { a: { k: 'a:b#c "d" e' } }],
    ['comments and blank lines', '# top\n\n[a]\n; c\n  # c = d\n\nk = v\n\t\n', { a: { k: 'v' } }],
    ['CRLF', '[a]\r\nk = v\r\n', { a: { k: 'v' } }],
    ['no line end at the end', '[a]\nk = v', { a: { k: 'v' } }],
    [
      'profiles, SSO sessions and services',
      '[profile a]\n[sso-session b]\n[services "c"]\n',
      { 'profile a': {}, 'sso-session b': {}, 'services "c"': {} },
    ],
    [
      'a nested block',
      '[a]\ns3 =\n  addressing_style = path\n\n  x = y\nk = v\n',
      { a: { s3: '\naddressing_style = path\n\nx = y', k: 'v' } },
    ],
    ['a key that looks like a number', '[42]\nk = v\n', { 42: { k: 'v' } }],
    ['a line of another alphabet', '[a]\nk = schlüssel\n', { a: { k: 'schlüssel' } }],
    ['an empty file', '', {}],
  ])('reads %s without a finding', (_, text, expected) => {
    const document = parse(text)
    expect(reading(document)).toEqual(expected)
    expect(findings(document)).toEqual([])
  })
})

describe('what AWS tools read differently', () => {
  it.each([
    ['quotes round a value', '[a]\nk = "v"\n', ['2 quoted-value'], { a: { 'k*': '"v"' } }],
    [
      'a comment after a value',
      '[a]\nk = v # c\nj = w\t;c\n',
      ['2 inline-comment', '3 inline-comment'],
      { a: { 'k*': 'v # c', 'j*': 'w\t;c' } },
    ],
    ['a value that starts with a hash', '[a]\nk = #v\n', ['2 inline-comment'], { a: { 'k*': '#v' } }],
    ['a comment right after a section', '[a]#c\nk = v\n', ['1 text-after-section'], { a: { 'k*': 'v' } }],
    ['text after a section', '[a] b\nk = v\n', ['1 text-after-section'], { a: { 'k*': 'v' } }],
    [
      'a bracket in the comment of a section',
      '[a] # [b]\nk = v\n',
      ['1 section-name'],
      { 'a] # [b': { 'k*': 'v' } },
    ],
    ['an indented key', '[a]\n  k = v\n', ['2 indented-key'], { a: { 'k*': 'v' } }],
    [
      'an indented key below another',
      '[a]\nk = v\n  j = w\n',
      ['3 continued-value'],
      { a: { 'k*': 'v\nj = w' } },
    ],
    [
      'a value that goes on',
      '[a]\nk = v\n\n# c\n  more\n',
      ['5 continued-value'],
      { a: { 'k*': 'v\n\nmore' } },
    ],
    [
      'a comment in a nested block',
      '[a]\ns3 =\n  k = v # c\n',
      ['3 inline-comment'],
      { a: { 's3*': '\nk = v # c' } },
    ],
    [
      'a block in a nested block',
      '[a]\ns3 =\n  k =\n  j = v\n',
      ['2 read-differently', '4 read-differently'],
      { a: { 's3*': '\nk =\nj = v' } },
    ],
    ['an indented section', '  [a]\nk = v\n', ['1 indented-section'], { a: { 'k*': 'v' } }],
    [
      'an indented section in a nested block',
      '[a]\ns3 =\n  [b] = c\nk = v\n',
      ['3 section-in-value'],
      { a: { 's3*': '\n[b] = c', k: 'v' } },
    ],
    ['spaces inside the brackets', '[ a ]\nk = v\n', ['1 section-name'], { ' a ': { 'k*': 'v' } }],
    ['a space in a name', '[my profile]\nk = v\n', ['1 section-name'], { 'my profile': { 'k*': 'v' } }],
    [
      'a name on Object.prototype',
      '[constructor]\nk = v\n',
      ['1 section-name'],
      { constructor: { 'k*': 'v' } },
    ],
    ['odd white space after a section', '[a]\u001c\n', ['1 unusual-white-space'], { a: {} }],
    ['a colon as separator', '[a]\nk: v\n', ['2 colon-separator'], { a: { 'k*': 'v' } }],
    ['capitals in a key', '[a]\nRegion = v\n', ['2 upper-case-key'], { a: { 'region*': 'v' } }],
    [
      'a section that inherits',
      '[DEFAULT]\nk = v\n[a]\nj = w\n',
      ['1 default-section'],
      { DEFAULT: { 'k*': 'v' }, a: { j: 'w', 'k*': 'v' } },
    ],
    [
      'a lone carriage return',
      '[a]\nk = v\rj = w\n',
      ['2 lone-carriage-return', '3 read-differently'],
      { a: { 'k*': 'v', 'j*': 'w' } },
    ],
    [
      'white space that only Python knows',
      '[a]\nk = v\u001f\n',
      ['2 unusual-white-space'],
      { a: { 'k*': 'v' } },
    ],
    [
      'a key that JavaScript loses',
      '[a]\n__proto__ = v\n',
      ['2 read-differently'],
      { a: { '__proto__*': 'v' } },
    ],
    [
      'two sections that are one for the SDK',
      '[profile a]\nk = v\n[profile.a]\nk = w\n',
      ['2 read-differently'],
      { 'profile a': { 'k*': 'v' }, 'profile.a': { k: 'w' } },
    ],
  ])('marks %s', (_, text, expectedFindings, expected) => {
    const document = parse(text)
    expect(findings(document)).toEqual(expectedFindings)
    expect(reading(document)).toEqual(expected)
  })

  it('marks everything in a file with a section that makes the JavaScript SDK give up', () => {
    const document = parse('[__proto__]\n[a]\nk = v\n')
    expect(findings(document)).toEqual(['1 section-name', '3 read-differently'])
    expect([...document.sections.keys()]).toEqual(['__proto__', 'a'])
  })
})

describe('what makes botocore reject the file', () => {
  it.each([
    ['a section that stands twice', '[a]\nk = v\n[b]\n[a]\nk = w\n', ['4 duplicate-section!']],
    ['a key that stands twice', '[a]\nk = v\nK = w\n', ['3 duplicate-key!', '3 upper-case-key']],
    ['a byte order mark', '\ufeff[a]\nk = v\n', ['1 byte-order-mark!']],
    ['a key before any section', 'k = v\nj = w\n[a]\n', ['1 key-before-section!']],
    ['a line without a separator', '[a]\nk\n', ['2 line-without-equals!']],
    ['empty brackets', '[a]\n[]\n', ['2 line-without-equals!']],
    ['an empty key', '[a]\n= v\n', ['2 empty-key!']],
    ['a line below an empty key', '[a]\n= v\n  more\n', ['2 empty-key!', '3 line-without-equals!']],
    ['a nested line without an equals sign', '[a]\ns3 =\n  path\n', ['3 nested-line-without-equals!']],
    [
      'an indented section in a value',
      '[a]\ns3 =\n  [b]\nk = v\n',
      ['3 section-in-value', '3 nested-line-without-equals!', '4 read-differently'],
    ],
    [
      'an inherited nested line without an equals sign',
      '[DEFAULT]\ns3 =\n  path\n[a]\n',
      ['1 default-section', '2 nested-line-without-equals!'],
    ],
  ])('finds %s', (_, text, expected) => {
    expect(findings(parse(text))).toEqual(expected)
  })

  it('finds a byte that is not UTF-8, in its line', () => {
    const document = parseDocument(new Uint8Array([...Buffer.from('[a]\nk = é\nj = '), 0xe9, 0x0a]))
    expect(findings(document)).toEqual(['3 not-utf-8!'])
    expect(document.sections.get('a')?.entries.get('k')?.line).toBe(2)
  })

  it('does not mind what only [DEFAULT] holds, and no section inherits', () => {
    expect(findings(parse('[DEFAULT]\ns3 =\n  [b]\n  path\n'))).toEqual([
      '1 default-section',
      '3 section-in-value',
    ])
  })

  it('does not mind [DEFAULT] standing twice', () => {
    const document = parse('[DEFAULT]\nk = v\n[DEFAULT]\nj = w\n[a]\n')
    expect(document.findings.filter(({ rejectsFile }) => rejectsFile)).toEqual([])
    expect([...(document.sections.get('a')?.entries.keys() ?? [])]).toEqual(['k', 'j'])
  })
})

describe('findings', () => {
  it('count a lone carriage return as a line end', () => {
    const document = parse('# a\r# b\n[a]\ns3 =\n  k =\n  j = v\n')
    expect(findings(document)).toEqual(['1 lone-carriage-return', '4 read-differently', '6 read-differently'])
  })

  it('name the line, the section and both places of a duplicate', () => {
    expect(parse('[a]\nregion = x\n# c\nregion = y\n').findings).toEqual([
      {
        code: 'file.duplicate-key',
        line: 4,
        message: 'region stands twice in its section, first in line 2',
        hint: 'remove one of the two lines',
        rejectsFile: true,
        section: 'a',
      },
    ])
  })

  it('never show a value, even where a secret on a line of its own reads as a key', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
    const text = `${secret}\n[a]\n${secret}=\n${secret}\nk = "${secret}" # ${secret}\n  ${secret}\ns3 =\n  ${secret}\n`
    const shown = JSON.stringify(parse(text).findings)
    expect(shown).toContain('upper-case-key')
    expect(shown.toLowerCase()).not.toContain('wjalr')
  })

  it('have facts in lower case without a final period', () => {
    fc.assert(
      fc.property(iniFile, (file) => {
        for (const { message, hint } of parseDocument(file).findings) {
          expect(message.replace(/\[.*?\]/g, '')).toMatch(/^[a-z].*[^.]$|^[A-Za-z_]+ (?:stands|is|has) /)
          expect(hint).not.toBe('')
        }
      }),
    )
  })
})

describe('bytes', () => {
  it('come back from any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseDocument(bytes).toBytes()).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  it('come back from any file', () => {
    fc.assert(
      fc.property(iniFile, (file) => {
        expect(parseDocument(file).toBytes()).toEqual(file)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x5b, 0x61, 0x5d]],
    ['UTF-16', [0xff, 0xfe, 0x5b, 0x00, 0x61, 0x00, 0x5d, 0x00]],
    ['bytes that windows-1252 maps elsewhere', [0x5b, 0x80, 0x85, 0x9f, 0x5d, 0x0a]],
    ['a lone surrogate', [0xed, 0xa0, 0x80]],
    ['a NUL', [0x5b, 0x61, 0x00, 0x5d]],
  ])('keep %s', (_, bytes) => {
    expect([...parseDocument(new Uint8Array(bytes)).toBytes()]).toEqual(bytes)
  })
})

describe('names', () => {
  it('are strings and nothing else', () => {
    const document = parse('[__proto__]\nconstructor = 1\n[toString]\n__proto__ = 2\n[1]\n2 = 3\n')
    expect([...document.sections.keys()]).toEqual(['__proto__', 'toString', '1'])
    expect(document.sections.get('toString')?.entries.get('__proto__')?.value).toBe('2')
    expect(document.sections.get('hasOwnProperty')).toBeUndefined()
  })
})

describe('a file of the real world', () => {
  it('is read without a finding', () => {
    const path = fileURLToPath(new URL('../../fixtures/config-with-everything-ordinary', import.meta.url))
    const document = parseDocument(new Uint8Array(readFileSync(path)))
    expect(findings(document)).toEqual([])
    expect(document.sections.get('profile dev')?.entries.get('role_arn')).toEqual({
      key: 'role_arn',
      value: 'arn:aws:iam::111111111111:role/admin',
      line: 18,
      disputed: false,
    })
  })
})
