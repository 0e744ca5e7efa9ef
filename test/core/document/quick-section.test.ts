import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Agreeable, agreedValue } from '../../../src/core/document/document.ts'
import { setSection } from '../../../src/core/document/edit.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { quickProfile, quickSection } from '../../../src/core/document/quick-section.ts'
import { configProfiles } from '../../../src/core/profiles/sections.ts'
import { ownKeys } from '../../support/edits.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'

const runs = Number(process.env.MFAD_RUNS ?? 2000)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)
const names = [
  ...['dev', 'dev-mfa', 'prod', 'prod-mfa', 'default', 'default-mfa', 'dev.team', 'a/b', 'x@y', '42', 'DEV'],
  ...[
    'DEFAULT',
    '__proto__',
    'constructor',
    'toString',
    'my profile',
    ' dev-mfa',
    'é',
    '',
    'profile.dev',
    'a]b',
  ],
]

/** What all readers read in it, by key. */
function valuesOf(section: Agreeable | undefined): Record<string, string> {
  const keys = [...(section?.entries.keys() ?? [])].sort()
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = agreedValue(section, key)
      return value === undefined ? [] : [[key, value]]
    }),
  )
}

describe(`with seed ${seed}`, () => {
  const file = fc.oneof(
    iniFile,
    fc.array(iniFile, { minLength: 2, maxLength: 3 }).map((files) => new Uint8Array(Buffer.concat(files))),
  )

  it('what is plain to see is what the whole document says', () => {
    const seen = { section: 0, profile: 0, absent: 0, profileAbsent: 0 }
    fc.assert(
      fc.property(file, (bytes) => {
        const text = Buffer.from(bytes).toString('utf8')
        const document = parseDocument(bytes)
        const profiles = configProfiles(document).byName
        for (const name of names) {
          const section = quickSection(text, name)
          const whole = document.sections.get(name)
          if (section === 'absent') expect(whole).toBe(undefined)
          else if (section !== undefined) expect(valuesOf(section)).toEqual(valuesOf(whole))
          const profile = quickProfile(text, name)
          const wholeProfile = profiles.get(name)
          if (profile === 'absent') expect(wholeProfile).toBe(undefined)
          else if (profile !== undefined) expect(valuesOf(profile)).toEqual(valuesOf(wholeProfile))
          seen.section += Number(typeof section === 'object')
          seen.absent += Number(section === 'absent')
          seen.profile += Number(typeof profile === 'object')
          seen.profileAbsent += Number(profile === 'absent')
        }
      }),
      { numRuns: runs, seed },
    )
    // Else the test would also pass where nothing was compared.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(runs / 100)
  })

  it('a plain section between plain sections is plain to see, unless its name stands elsewhere, too', () => {
    fc.assert(
      fc.property(iniFile, (bytes) => {
        const text = Buffer.from(bytes).toString('utf8')
        const document = parseDocument(bytes)
        const sections = document.isUtf8 ? [...document.sections.values()] : []
        for (const [index, { name, isPlain }] of sections.entries()) {
          const isAlone = text.split(`[${name}]`).length === 2 && !text.includes('__proto__')
          const isBeforePlain = sections[index + 1]?.isPlain ?? true
          if (!isPlain || !isBeforePlain || !isAlone || name.includes(' ')) continue
          expect(typeof quickSection(text, name), `${name} in ${JSON.stringify(text)}`).toBe('object')
        }
      }),
      { numRuns: runs, seed },
    )
  })
})

const dev = '[dev]\naws_access_key_id = AKIAQWERTYUIOPASDFGH\n'
const values = new Map([
  ['aws_access_key_id', 'ASIAQWERTYUIOPASDFGH'],
  ['aws_session_token', 'FwoGZXIvYXdzEBYaDOld=='],
  ['manager', 'mfad'],
])
const set = (text: string, name: string) =>
  setSection(parseDocument(Buffer.from(text)), name, ownKeys, values).text

describe('a section that mfad has written is plain to see', () => {
  for (const [where, text] of [
    ['in an empty file', ''],
    ['at the end of a file', dev],
    ['at the end of a file without a last line end', dev.trimEnd()],
    ['in a file with Windows line ends', dev.replaceAll('\n', '\r\n')],
    ['between others', `${dev}[dev-mfa]\nmanager = mfad\n\n# the next one\n[prod] # ours\n`],
    ['with comments and keys of its user in it', `[dev-mfa]\n# é\nmanager = mfad\noutput = json\n`],
    ['below odd sections', '[my profile]\n  x\n"y"\n[b]#c\nk: v\n'],
    ['before sections of the config file', `[dev-mfa]\nmanager = mfad\n[sso-session s]\n`],
  ] as const) {
    it(where, () => {
      const section = quickSection(set(text, 'dev-mfa'), 'dev-mfa')
      expect(section).toBeTypeOf('object')
      expect(valuesOf(section as Agreeable)).toMatchObject(Object.fromEntries(values))
    })
  }
})

describe('is not plain to see', () => {
  const mine = '[dev-mfa]\nmanager = mfad\n'
  for (const [what, text] of [
    ['a section that stands twice', `${mine}[b]\n${mine}`],
    ['a name that stands in a comment, too', `# [dev-mfa]\n${mine}`],
    ['a header that is indented', ` ${mine}`],
    ['a header behind a byte order mark', `\ufeff${mine}`],
    ['a header behind a lone carriage return', `# c\r${mine}`],
    ['a value that goes on', `${mine}  more\n`],
    ['a value that goes on in the last line', `${mine}\tmore`],
    ['a key that stands twice', `${mine}manager = x\n`],
    ['a key in capitals', `${mine}MANAGER = x\n`],
    ['a colon for the equals sign', `${mine}region: x\n`],
    ['quotes', `${mine}region = "x"\n`],
    ['a comment behind a value', `${mine}region = x # y\n`],
    ['a line without an equals sign', `${mine}x\n`],
    ['a header after it that only some take for one', `${mine}[b\nmanager = x\n`],
    ['a name for which the SDK gives the file up', `${mine}[b]\n[__proto__]\n`],
    ['a line that ends with a lone carriage return', `${mine}region = x\r`],
    ['a white space that only Python knows', `${mine}region = x\u001c\n`],
  ] as const) {
    it(what, () => expect(quickSection(text, 'dev-mfa')).toBe(undefined))
  }

  for (const [what, text] of [
    ['the same with quotes', '[profile "dev"]\n[profile dev]\n'],
    ['quotes alone', '[profile "dev"]\nregion = x\n'],
    ['two spaces', '[profile  dev]\nregion = x\n'],
    ['a tab', '[profile\tdev]\nregion = x\n'],
    ['the same with a dot', '[profile dev]\nregion = x\n[b]\n[profile.dev]\nregion = y\n'],
  ] as const) {
    it(`a profile with ${what}`, () => expect(quickProfile(text, 'dev')).toBe(undefined))
  }

  it('the profile default, which has two headers', () => {
    expect(quickProfile('[profile x]\n', 'default')).toBe(undefined)
  })
})
