import { describe, expect, it } from 'vitest'
import { profileSections } from '../../../src/core/profiles/sections.ts'
import { outOfStep } from '../../../src/core/writes/in-step.ts'
import { documentsOf, keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'

const accessKeyId = 'AKIAIOSFODNN7EXAMPLE'
const session = sessionOf('dev-mfa', '2027-01-15T10:00:00Z')
const role = 'role_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = dev\nregion = eu-west-1\n'
const planned = (credentials: string, config = '') => {
  const documents = documentsOf(credentials, config)
  return outOfStep(profilesOf(credentials, config), documents, profileSections(documents))
}

describe('a session section of ours', () => {
  it('follows its profile, and takes nothing over for that', () => {
    const [write, ...others] = planned(`[dev]\n${keysOf(accessKeyId)}region = eu-west-1\n${session}`)
    expect(others).toEqual([])
    expect(write).toMatchObject({
      sessionProfile: 'dev-mfa',
      source: {
        profile: 'dev',
        keys: { kind: 'files', accessKeyId, secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
      },
      replaces: 'ASIAIOSFODNN7EXAMPLE',
      adopt: false,
      isOptional: true,
    })
    expect(write?.values.get('region')).toBe('eu-west-1')
  })

  it('names for a role the keys of its source', () => {
    const [write] = planned(
      `[dev]\n${keysOf(accessKeyId)}${session.replace('dev-mfa', 'admin-mfa')}`,
      `[profile admin]\n${role}`,
    )
    expect(write).toMatchObject({ sessionProfile: 'admin-mfa', source: { profile: 'dev' } })
  })

  it.each([
    ['stands as it should', `[dev]\n${keysOf(accessKeyId)}${session}`],
    ['keeps what it has where its profile is gone', `${session}region = eu-west-1\nmfad_settings = region\n`],
    [
      'is left alone once it is not ours',
      `[dev]\n${keysOf(accessKeyId)}region = x\n${session.replace('mfad_key = ', 'mfad_key = X')}`,
    ],
    ['does not come by itself', `[dev]\n${keysOf(accessKeyId)}region = eu-west-1\n`],
  ])('%s', (_, credentials) => {
    expect(planned(credentials)).toEqual([])
  })

  it('loses a token that botocore would prefer', () => {
    const [write] = planned(`[dev]\n${keysOf(accessKeyId)}${session}aws_security_token = stale\n`)
    expect(write?.values.has('aws_security_token')).toBe(false)
  })
})
