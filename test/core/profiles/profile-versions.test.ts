import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { type ProfileReading, readProfiles } from '../../../src/core/profiles/profiles.ts'
import { type Documents, profileSections } from '../../../src/core/profiles/sections.ts'
import { keysOf, paths, sessionOf } from '../../support/profiles.ts'

const runs = Number(process.env.MFAD_RUNS ?? 1000)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)

/** A section of either file, without its header. */
const device = 'mfa_serial = arn:aws:iam::111122223333:mfa/alice\n'
const ours = sessionOf('x', '2026-11-26T22:00:00Z').replace('[x]\n', '')
const role = (source: string) =>
  `role_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = ${source}\n`
const contents = [
  ...[keysOf('AKIAIOSFODNN7EXAMPLE'), keysOf('AKIAI44QH8DHBEXAMPLE') + device, device, ours],
  ...[`${ours}mfad_serial = arn:aws:iam::111122223333:mfa/other\n`, ours.replace('mfad\n', 'else\n')],
  ...[role('dev'), role('prod-mfa'), role('admin'), role('deep'), role('nobody'), role('dev') + device],
  `${role('dev')}mfa_process = ykman oath\n`,
  ...['mfa_process = ykman oath\n', 'source_profile = prod\n', 'region = eu-west-1\n', 'region: odd\n'],
  ...['sso_session = s\n', `credential_process = op read\n${device}`, 'aws_mfa_device = GAHT12345678\n', ''],
  ...['duration_seconds = 900 # c\n', 's3 =\n  addressing_style = path\n', 'assume_role = arn\n', '# c\n'],
]
const names = ['dev', 'prod', 'admin', 'deep', 'default', 'dev-mfa', 'prod-mfa', 'admin-mfa']
const rareNames = [
  'dev-long-term',
  'prod-long-term',
  'dev-mfa-mfa',
  'sso-session s',
  '__proto__',
  'dev-admin',
]

const headerIn = { credentials: (name: string) => name, config: (name: string) => `profile ${name}` }
type File = keyof typeof headerIn
const section = (file: File) =>
  fc
    .tuple(
      fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...names) },
        { weight: 1, arbitrary: fc.constantFrom(...rareNames) },
      ),
      fc.constantFrom(...contents),
      // Now and then under the header of the other file.
      fc.nat(11),
    )
    .map(([name, content, number]) => {
      const isMisplaced = number === 0
      const header = isMisplaced ? headerIn[file === 'config' ? 'credentials' : 'config'] : headerIn[file]
      return `[${header(name)}]\n${content}`
    })

/** `isInLine`: only a letter in the section at `at` changes, and no line moves. */
type Edit = { file: File; at: number; isInLine: boolean; removed: number; added: string[] }
const file: fc.Arbitrary<File> = fc.constantFrom('credentials', 'credentials', 'config')
const edit: fc.Arbitrary<Edit> = file.chain((of) =>
  fc.record({
    file: fc.constant(of),
    at: fc.oneof(fc.nat(9), fc.constant(99)),
    isInLine: fc.boolean(),
    removed: fc.nat(1),
    added: fc.array(fc.oneof(section(of), fc.constantFrom('\n', '# c\n')), { maxLength: 1 }),
  }),
)
const begin: Record<File, string[]> = {
  credentials: [`[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}${device}`, `[dev-mfa]\n${ours}`],
  config: [`[profile admin]\n${role('dev')}`, `[profile deep]\n${role('admin-mfa')}`],
}
const sections = (of: File) =>
  fc
    .tuple(fc.boolean(), fc.array(section(of), { maxLength: 6 }))
    .map(([isWithThese, others]) => [...(isWithThese ? begin[of] : []), ...others])
    .map((all) => [...new Map(all.map((each) => [headerOf(each), each])).values()])
const story = fc.tuple(
  sections('credentials'),
  sections('config'),
  fc.array(edit, { minLength: 1, maxLength: 4 }),
)

function edited(texts: readonly string[], { at, isInLine, removed, added }: Edit): string[] {
  if (isInLine) return texts.map((text, index) => (index === at ? text.replace(/(=.*).$/m, '$1X') : text))
  return texts.toSpliced(at, removed, ...added)
}

const unchanged = { file: 'credentials', at: 0, isInLine: false, removed: 0, added: [] } as const
/** At the end of the credentials file, with an access key. */
function added(header: string): Edit {
  return { ...unchanged, at: 99, added: [header + keysOf('AKIAIOSFODNN7EXAMPLE')] }
}

function changed(at: number): Edit {
  return { ...unchanged, added: [], at, isInLine: true }
}

function headerOf(text: string): string {
  return text.split('\n')[0] ?? ''
}

function parsed(texts: Record<File, readonly string[]>, earlier?: Documents): Documents {
  const parse = (of: File) => parseDocument(new TextEncoder().encode(texts[of].join('')), earlier?.[of])
  return { credentials: parse('credentials'), config: parse('config') }
}

describe(`with seed ${seed}`, () => {
  it('the profiles of a version are the same, whether made from those of the one before or from nothing', () => {
    const suffixes = { suffix: '-mfa', longTermSuffix: '-long-term' }
    const shared = { profiles: 0, roles: 0 }
    fc.assert(
      fc.property(story, ([credentials, config, edits]) => {
        const texts: Record<File, string[]> = { credentials, config }
        let documents = parsed(texts)
        let reading: ProfileReading | undefined
        for (const each of [undefined, ...edits]) {
          if (each !== undefined) texts[each.file] = edited(texts[each.file], each)
          documents = parsed(texts, documents)
          const next = readProfiles(profileSections(documents), suffixes, paths, reading)
          const anew = readProfiles(profileSections(parsed(texts)), suffixes, paths)
          expect(next.profiles).toEqual(anew.profiles)
          for (const profile of next.profiles) {
            if (!reading?.profiles.includes(profile)) continue
            shared[profile.source === undefined ? 'profiles' : 'roles']++
          }
          reading = next
        }
      }),
      {
        numRuns: runs,
        seed,
        examples: [
          // [dev] gets its session in place, and loses it again.
          [[['[dev]\nregion = eu-west-1\n', '[a]\n', '[b]\n'], [], [added('[dev-long-term]\n'), changed(3)]]],
          // Its own command is found before anything of its source is looked at.
          [
            [
              [...begin.credentials, '[prod]\n'],
              [`[profile admin]\n${role('dev')}mfa_process = x\n`, '[profile prod]\n'],
              [changed(0)],
            ],
          ],
        ],
      },
    )
    expect(shared.profiles).toBeGreaterThan(runs)
    expect(shared.roles).toBeGreaterThan(runs / 200)
  })

  it('other suffixes and other paths make other profiles', () => {
    const documents = parsed({
      credentials: [`[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`],
      config: ['[x]\nregion: odd\n'],
    })
    const sections = profileSections(documents)
    const suffixes = { suffix: '-mfa', longTermSuffix: '-long-term' }
    const reading = readProfiles(sections, suffixes, paths)
    for (const [other, otherPaths] of [
      [{ ...suffixes, suffix: '-2fa' }, paths],
      [{ ...suffixes, longTermSuffix: 'v' }, paths],
      [suffixes, { ...paths, config: '/other' }],
    ] as const) {
      const { profiles } = readProfiles(sections, other, otherPaths, reading)
      expect(profiles).toEqual(readProfiles(sections, other, otherPaths).profiles)
      expect(profiles[0]).not.toBe(reading.profiles[0])
    }
  })
})
