// The sessions in the file, with what is known of them beside it.
import { describe, expect, it } from 'vitest'
import { activeSessions } from '../../../src/core/plan/active-sessions.ts'
import { keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'

const alice = 'arn:aws:iam::111122223333:mfa/alice'
const live = (name: string, accessKeyId?: string) => sessionOf(name, '2026-11-23T10:32:13Z', accessKeyId)
const role = (more = '') =>
  `[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = dev\n${more}`
const facts = {
  lifeSeconds: new Map([['ASIAKNOWNKNOWN000000', 7200]]),
  identities: new Map(),
  durationSeconds: 43_200,
  kept: new Map(),
}
const sessionsOf = (credentials: string, config: string) =>
  activeSessions(profilesOf(credentials, config), facts)
const dev = (more = '') => `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}mfa_serial = ${alice}\n${more}`

describe('the life of a session', () => {
  it.each([
    [
      'what is known of it',
      'dev',
      dev('duration_seconds = 900\n') + live('dev-mfa', 'ASIAKNOWNKNOWN000000'),
      '',
      7200,
    ],
    ['what its profile asks for', 'dev', dev('duration_seconds = 900\n') + live('dev-mfa'), '', 900],
    ['what the settings ask for', 'dev', dev() + live('dev-mfa'), '', 43_200],
    ['an hour, of a role', 'admin', dev() + live('admin-mfa'), role(), 3600],
    ['what the role asks for', 'admin', dev() + live('admin-mfa'), role('duration_seconds = 1800\n'), 1800],
  ])('is %s', (_, profile, credentials, config, lifeSeconds) => {
    expect(sessionsOf(credentials, config)).toMatchObject([{ profile, lifeSeconds }])
  })
})

describe('the device of a session', () => {
  it('is named where a code can renew it', () => {
    expect(sessionsOf(dev() + live('dev-mfa'), '')).toMatchObject([{ serialNumber: alice }])
    const [without] = sessionsOf(dev().replace(/mfa_serial.*\n/, '') + live('dev-mfa'), '')
    expect(without).toMatchObject({ device: 'none for dev' })
    expect(without).not.toHaveProperty('serialNumber')
  })

  it('is that of the source, behind whose session a role stands', () => {
    const sessions = sessionsOf(dev() + live('dev-mfa') + live('admin-mfa'), role())
    expect(sessions.map(({ profile, isBehind = false }) => [profile, isBehind])).toEqual([
      ['dev', false],
      ['admin', true],
    ])
    expect(sessions[1]?.device).toBe(sessions[0]?.device)
    expect(sessionsOf(dev() + live('admin-mfa'), role())[0]).not.toHaveProperty('isBehind')
  })
})

it('what nobody manages is none', () => {
  const foreign = live('dev-mfa').replace('mfad_key = ', 'mfad_key = X')
  expect(sessionsOf(`${dev()}${foreign}${live('gone-mfa')}`, '')).toEqual([])
})
