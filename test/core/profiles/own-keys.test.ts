// Whose a setting in a session section is: ours where we wrote it, else the user's, also after a restart.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesOnlySections } from '../../../src/core/document/comparison.ts'
import type { CredentialsDocument } from '../../../src/core/document/document.ts'
import { removeSection, setSection } from '../../../src/core/document/edit.ts'
import { inStepKeys } from '../../../src/core/profiles/in-step-settings.ts'
import { ownKeysOf, ownKeysWith, withoutUsers } from '../../../src/core/profiles/own-keys.ts'
import { sessionValues } from '../../../src/core/profiles/session-section.ts'
import { parse } from '../../support/profiles.ts'

const name = 'dev-mfa'
const credentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'c2VjcmV0',
  sessionToken: 'dG9rZW4=',
  expiration: new Date('2026-11-23T10:32:13Z'),
}
const write = (document: CredentialsDocument, settings: Record<string, string>, isInPlace = false) => {
  const wanted = sessionValues(credentials, { settings: new Map(Object.entries(settings)), isInPlace })
  const values = withoutUsers(document, name, wanted)
  return setSection(document, name, ownKeysWith(document.sections.get(name), values), values)
}
const remove = (document: CredentialsDocument) =>
  removeSection(document, name, ownKeysOf(document.sections.get(name)))
const linesOf = (document: CredentialsDocument) =>
  document.text.split('\n').filter((line) => !/^(?:aws_|expiration|manager|mfad_key|$)/.test(line))

describe('the settings of a section', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['none', {}, []],
    ['the region alone needs no list', { region: 'eu-west-1' }, ['region = eu-west-1']],
    [
      'others are listed',
      { region: 'eu-west-1', retry_mode: 'adaptive' },
      ['region = eu-west-1', 'retry_mode = adaptive', 'mfad_settings = region, retry_mode'],
    ],
    ['others alone', { output: 'json' }, ['output = json', 'mfad_settings = output']],
  ])('%s', (_, settings, lines) => {
    const document = write(parse('[a]\nk = v\n'), settings)
    expect(linesOf(document)).toEqual(['[a]', 'k = v', '[dev-mfa]', ...lines])
    expect(remove(document).text).toBe('[a]\nk = v\n')
  })

  it('follow, and go when they go', () => {
    const first = write(parse(''), { region: 'eu-west-1', output: 'json' })
    expect(linesOf(write(first, { region: 'us-east-1', output: 'text' }))).toEqual([
      '[dev-mfa]',
      'region = us-east-1',
      'output = text',
      'mfad_settings = region, output',
    ])
    expect(linesOf(write(first, {}))).toEqual(['[dev-mfa]'])
  })

  it('that the user has added are left alone, and stay after a logout', () => {
    const document = write(parse(''), { region: 'eu-west-1' })
    const added = parse(`${document.text}output = json\n`)
    const written = write(added, { region: 'us-east-1', output: 'text', retry_mode: 'standard' })
    expect(linesOf(written)).toEqual([
      '[dev-mfa]',
      'region = us-east-1',
      'retry_mode = standard',
      'mfad_settings = region, retry_mode',
      'output = json',
    ])
    expect(remove(written).text).toBe('[dev-mfa]\noutput = json\n')
  })

  it('that stood there before the first session are the user’s, the region among them', () => {
    const before = '[dev-mfa]\nregion = us-east-1\noutput = json\n[b]\n'
    const written = write(parse(before), { region: 'eu-west-1', output: 'text' })
    expect(linesOf(written)).toEqual([
      '[dev-mfa]',
      'mfad_settings = none',
      'region = us-east-1',
      'output = json',
      '[b]',
    ])
    expect(remove(written).text).toBe(before)
  })

  it('of a profile’s own section are all the user’s', () => {
    const before = '[dev-mfa]\nregion = us-east-1\n'
    const written = write(parse(before), {}, true)
    expect(linesOf(written)).toContain('mfad_settings = none')
    expect(linesOf(write(written, {}, true))).toContain('region = us-east-1')
    expect(remove(written).text).toBe(before)
  })

  it('inherited from [DEFAULT] are nobody’s in it', () => {
    const written = write(parse('[DEFAULT]\noutput = json\n'), { output: 'text' })
    expect(written.text).toContain('output = text\n')
  })

  it('are still ours where another program has replaced the keys alone, and so follow again after --adopt', () => {
    const first = write(parse(''), { region: 'eu-west-1', output: 'json' })
    const replaced = parse(first.text.replace('ASIAIOSFODNN7EXAMPLE', 'ASIAOTHEROTHEROTHERO'))
    expect(linesOf(write(replaced, { region: 'us-east-1' }))).toEqual(['[dev-mfa]', 'region = us-east-1'])
  })

  it('in a section that is not ours are the user’s, whatever a line says', () => {
    const foreign = parse('[dev-mfa]\naws_access_key_id = x\nmfad_settings = output\noutput = json\n')
    expect(ownKeysOf(foreign.sections.get(name))).not.toContain('output')
  })
})

it('whatever is written, and by whom, the lines of the user stay to the byte', () => {
  const value = fc.constantFrom('one', 'two')
  const settings = fc.dictionary(fc.constantFrom(...inStepKeys), value, { maxKeys: 5 })
  fc.assert(
    fc.property(settings, settings, settings, fc.boolean(), (users, first, second, isInPlace) => {
      const region = (of: Record<string, string>) => ({
        ...of,
        ...('region' in of ? { region: 'eu-west-1' } : {}),
      })
      const lines = Object.entries(users).map(([key, text]) => `${key} = ${text}\n`)
      const before = parse(`[a]\nk = v\n\n[dev-mfa]\n# mine\n${lines.join('')}x = y\n`)
      const once = write(before, isInPlace ? {} : region(first), isInPlace)
      const twice = write(once, isInPlace ? {} : region(second), isInPlace)
      for (const after of [once, twice])
        expect(changesOnlySections(before, after, new Set([name]), ownKeysOf)).toBe(true)
      expect(remove(twice).text).toBe(before.text)
    }),
  )
})

it('the last check before a replacement refuses a line of the user that is called ours', () => {
  const before = write(parse(''), { region: 'eu-west-1' })
  const users = parse(`${before.text}output = json\n`)
  const stolen = parse(
    `${before.text.replace('mfad_key', 'mfad_settings = region, output\nmfad_key')}output = text\n`,
  )
  expect(changesOnlySections(users, stolen, new Set([name]), ownKeysOf)).toBe(false)
})
