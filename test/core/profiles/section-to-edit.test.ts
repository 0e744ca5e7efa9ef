import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CredentialsDocument, Section } from '../../../src/core/document/document.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { applyEdits } from '../../../src/core/document/user-edit.ts'
import { sectionToEdit } from '../../../src/core/profiles/section-to-edit.ts'
import { type Reading, readProfilesWithSdk, startBotocoreReader } from '../../support/aws-readers.ts'
import { requirePython } from '../../support/clients.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'
import { unlessRefused } from '../../support/user-edits.ts'

const inConfig = (text: string, profile: string) =>
  sectionToEdit(parseDocument(Buffer.from(text)), 'config', profile)

it.each([
  ['[profile dev]\n', 'dev', 'profile dev'],
  ['[profile "dev"]\n', 'dev', 'profile "dev"'],
  ['[dev]\n', 'dev', 'profile dev'],
  ['', 'dev', 'profile dev'],
  ['', 'default', 'default'],
  ['[profile default]\n', 'default', 'profile default'],
  ['[default]\n', 'default', 'default'],
  ['[sso-session dev]\n[services dev]\n', 'dev', 'profile dev'],
])('in %j, a key of %s goes below [%s]', (text, profile, section) => {
  expect(inConfig(text, profile)).toBe(section)
})

it('is the name of the profile itself in the credentials file', () => {
  expect(sectionToEdit(parseDocument(Buffer.from('[profile dev]\n')), 'credentials', 'dev')).toBe('dev')
})

it.each([
  ['[profile default]\n[default]\n', 'default', '[profile default] in line 1 and [default] in line 2'],
  ['[profile dev]\n\n[profile "dev"]\n', 'dev', '[profile dev] in line 1 and [profile "dev"] in line 3'],
])('is refused where AWS tools do not agree: %j', (text, profile, reason) => {
  expect(() => inConfig(text, profile)).toThrow(
    `${profile} has two sections in the config file, ${reason}, and not every AWS tool reads the same one`,
  )
})

it('is where botocore and the SDK read the key as that of the profile, and nothing else in another', async (context) => {
  const seed = Date.now() % 2 ** 31
  const botocore = startBotocoreReader(requirePython(context, 'botocore.configloader'), 'profiles')
  const value = 'arn:aws:iam::111122223333:mfa/alice'
  const names = ['dev', 'default', 'prod', 'dev-mfa', 'new']
  const edited = fc.sample(iniFile, { seed, numRuns: 1500 }).flatMap((file, index) => {
    const before = parseDocument(file)
    if (!before.isUtf8 || before.findings.some(({ rejectsFile }) => rejectsFile)) return []
    const profile = names[index % names.length] ?? ''
    const section = sectionUnlessTwo(before, profile)
    if (section === undefined) return []
    const after = unlessRefused(() =>
      applyEdits(before, [{ kind: 'set', section, key: 'mfa_serial', value }]),
    )
    return after === undefined ? [] : [{ before, after, profile }]
  })
  expect(edited.length).toBeGreaterThan(500)
  try {
    for (const { before, after, profile } of edited) {
      const [one, other] = await botocore.read([before.toBytes(), after.toBytes()])
      const bySdk = [await readProfilesWithSdk(before.toBytes()), await readProfilesWithSdk(after.toBytes())]
      const shown = `seed ${seed}: ${profile} in ${JSON.stringify(before.text)}`
      expect(other?.get(profile)?.get('mfa_serial'), shown).toBe(value)
      expect(bySdk[1]?.get(profile)?.get('mfa_serial'), shown).toBe(value)
      // What is new comes with the keys of [DEFAULT].
      if (!before.sections.has('DEFAULT'))
        expect(without(other, profile), shown).toEqual(without(one, profile))
      expect(without(bySdk[1], profile), shown).toEqual(without(bySdk[0], profile))
    }
  } finally {
    await botocore.close()
  }
})

/** Undefined where it is refused since the profile has two sections, such as `[profile dev]` and `[profile  dev]`. */
function sectionUnlessTwo(document: CredentialsDocument, profile: string): string | undefined {
  const isSpelled = ({ name }: Section) =>
    (name === profile && name === 'default') || /^profile\s+"?([^"]*)"?$/.exec(name)?.[1] === profile
  const spelled = [...document.sections.values()].filter(isSpelled)
  if (spelled.length < 2) return sectionToEdit(document, 'config', profile)
  expect(() => sectionToEdit(document, 'config', profile)).toThrow(`${profile} has two sections`)
  return undefined
}

/** What a reader reads but that one key; without profiles that have none. */
function without(reading: Reading | undefined, profile: string): Map<string, unknown> {
  const kept = [...(reading ?? [])].map(
    ([name, entries]) =>
      [name, [...entries].filter(([key]) => name !== profile || key !== 'mfa_serial').sort()] as const,
  )
  return new Map(kept.filter(([, entries]) => entries.length > 0))
}
