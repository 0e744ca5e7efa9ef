import { expect, it } from 'vitest'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { sectionToEdit } from '../../../src/core/profiles/section-to-edit.ts'

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
