// How each profile gets its next session: by a code from its user, by a command, or from the session of its source.
import { describe, expect, it } from 'vitest'
import { renewalsOf } from '../../../src/core/profiles/renewal.ts'
import { keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'

const alice = 'mfa_serial = arn:aws:iam::111122223333:mfa/alice\n'
const bob = 'mfa_serial = arn:aws:iam::111122223333:mfa/bob\n'
const credentials =
  ['dev', 'staging', 'prod', 'other'].map((name) => `[${name}]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`).join('') +
  ['dev-mfa', 'staging-mfa', 'other-mfa', 'admin-mfa']
    .map((name) => sessionOf(name, '2026-11-23T10:32:13Z'))
    .join('')
const role = 'role_arn = arn:aws:iam::111122223333:role/a\nsource_profile = dev\n'
const config = `[profile dev]\n${alice}mfa_process = one
[profile staging]\n${alice}
[profile prod]\n${alice}
[profile other]\n${bob}
[profile admin]\n${role}
[profile idle]\n${role}
`
function waysOf(liveRoots: string[], inConfig = config): Record<string, string> {
  const renewals = renewalsOf(profilesOf(credentials, inConfig), new Map(), new Set(liveRoots))
  return Object.fromEntries(
    [...renewals].map(([profile, renewal]) => [
      profile,
      [
        renewal.way,
        ...(renewal.way === 'command' ? [renewal.mfaProcess.command] : []),
        ...(renewal.way === 'source' ? [renewal.sourceProfile] : []),
      ].join(' '),
    ]),
  )
}

describe('the next session', () => {
  it('of every active profile of a device comes from its one command', () => {
    expect(waysOf([])).toEqual({
      dev: 'command one',
      staging: 'command one',
      prod: 'code',
      other: 'code',
      admin: 'code',
      idle: 'code',
    })
  })

  it('of an active role comes from the live session of its source', () => {
    expect(waysOf(['dev'])).toMatchObject({ dev: 'command one', admin: 'source dev', idle: 'code' })
    expect(waysOf(['other'])).toMatchObject({ admin: 'code' })
  })

  it('comes from the command of the profile itself before that of another one', () => {
    const own = config.replace('[profile staging]\n', '[profile staging]\nmfa_process = two\n')
    expect(waysOf([], own)).toMatchObject({ dev: 'command one', staging: 'command two' })
    const idle = config
      .replace('mfa_process = one\n', '')
      .replace('[profile prod]\n', '[profile prod]\nmfa_process = two\n')
    expect(waysOf([], idle)).toMatchObject({ dev: 'code', staging: 'code', prod: 'command two' })
  })
})
