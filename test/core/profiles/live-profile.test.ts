// A profile under a third name, which AWS tools sign in by a command.
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/core/document/user-edit.ts'
import { AppError } from '../../../src/core/errors.ts'
import { liveProfileEdits } from '../../../src/core/profiles/live-profile.ts'
import { documentsOf, keysOf, paths } from '../../support/profiles.ts'

const keys = keysOf('AKIAIOSFODNN7EXAMPLE')
const dev = '[profile dev]\nregion = eu-west-1\nuse_fips_endpoint = true\n'

function written(credentials: string, config: string, live = 'dev-live'): string {
  const documents = documentsOf(credentials, config)
  const facts = { documents, suffixes: { suffix: '-mfa', longTermSuffix: '-long-term' }, paths }
  const edits = liveProfileEdits(facts, 'dev', live)
  return new TextDecoder().decode(applyEdits(documents.config, edits).toBytes())
}

describe('a profile for programs that run for long', () => {
  const live =
    '\n[profile dev-live]\ncredential_process = mfad credential-process dev\nregion = eu-west-1\nuse_fips_endpoint = true\n'

  it('has the command, and what AWS tools do through dev', () => {
    expect(written(`[dev]\n${keys}`, dev)).toBe(dev + live)
  })

  it('is left as it is where it stands already, whatever its user has added', () => {
    const standing = `${dev}${live}output = json\n`
    expect(written(`[dev]\n${keys}`, standing)).toBe(standing)
  })

  it('has the region of dev where the session goes to dev itself', () => {
    const config = '[profile dev]\nregion = eu-west-1\n'
    expect(written(`[dev-long-term]\n${keys}`, config)).toBe(
      `${config}\n[profile dev-live]\ncredential_process = mfad credential-process dev\nregion = eu-west-1\n`,
    )
  })

  it('is nobody else in the credentials file', () => {
    const withKeys = `[dev]\n${keys}[dev-live]\n${keys}`
    for (const config of [dev, dev + live])
      expect(() => written(withKeys, config)).toThrow('dev-live is the name of another profile')
  })

  it.each<[string, string, string]>([
    ['dev', dev, 'dev is the name of another profile'],
    ['dev-mfa', dev, 'dev-mfa is the name of another profile'],
    ['ops', `${dev}[profile ops]\nregion = eu-west-1\n`, 'ops is the name of another profile'],
    ['a b', dev, 'the name "a b" cannot be read by every AWS tool'],
  ])('cannot be called %s', (name, config, says) => {
    expect(() => written(`[dev]\n${keys}`, config, name)).toThrow(AppError)
    expect(() => written(`[dev]\n${keys}`, config, name)).toThrow(says)
  })
})
