// What keeps a profile from being logged in, before AWS is asked.
import { describe, expect, it } from 'vitest'
import { keysOf, paths, profilesOf } from '../../support/profiles.ts'

const keys = keysOf('AKIAIOSFODNN7EXAMPLE')
const alice = 'arn:aws:iam::111122223333:mfa/alice'
const role = `role_arn = arn:aws:iam::111122223333:role/a\nsource_profile = base\nmfa_serial = ${alice}\n`
const obstacleOf = (credentials: string, config: string) =>
  profilesOf(credentials, config).find(({ profile }) => profile === 'dev')?.obstacle

describe('a value that AWS tools read differently', () => {
  const ofKeys = ['mfa_serial', 'region', 'endpoint_url', 'duration_seconds']
  const ofRoles = ['source_profile', 'external_id', 'role_session_name', ...ofKeys]
  it.each([
    ...ofKeys.map((key) => [key, 'beside its keys', `[dev]\n${keys}`, '[profile dev]\n'] as const),
    ...ofKeys.map(
      (key) => [key, 'of a session in place', `[dev-long-term]\n${keys}`, '[profile dev]\n'] as const,
    ),
    ...ofRoles.map((key) => [key, 'of a role', `[base]\n${keys}`, `[profile dev]\n${role}`] as const),
    ['aws_mfa_device', 'of a session in place', `[dev-long-term]\n${keys}`, '[profile dev]\n'] as const,
    ...['credential_process', ...ofKeys].map(
      (key) =>
        [
          key,
          'of keys from a command',
          '',
          `[profile dev]\ncredential_process = x\nmfa_serial = ${alice}\n`,
        ] as const,
    ),
  ])('is an obstacle: %s %s', (key, _, credentials, config) => {
    const rest = config.split('\n').filter((line) => !line.startsWith(`${key} `))
    const line = rest.length
    expect(obstacleOf(credentials, `${rest.join('\n')}${key} = value # mine\n`)).toEqual({
      code: 'profile.disputed-value',
      message: `AWS tools disagree about ${key} of dev: line ${line} of ${paths.config}`,
      hint: 'write it as "key = value" at the start of a line, without quotes, comment or second copy',
    })
  })

  it.each(['aws_access_key_id', 'aws_secret_access_key'])('is an obstacle: %s', (key) => {
    const disputed = keys.replace(new RegExp(`(${key} = .*)`), '$1 # mine')
    expect(obstacleOf(`[dev]\n${disputed}`, '')).toMatchObject({ code: 'profile.disputed-value' })
  })
})

it('a command for keys that no shell could split is named with its line', () => {
  const config = `[profile dev]\nmfa_serial = ${alice}\ncredential_process = op 'dev\n`
  expect(obstacleOf('', config)).toMatchObject({
    code: 'profile.credential-process-refused',
    message: expect.stringMatching(new RegExp(`: line 3 of ${paths.config}$`)),
  })
})

it.each([
  ['credentials', '[dev]\nmfad_keyring = mine\n', ''],
  ['config', '', '[profile dev]\nmfad_keyring = mine\n'],
] as const)(
  'an item of the keyring that mfad did not make is named with its place in %s',
  (file, credentials, config) => {
    expect(obstacleOf(credentials, config)).toEqual({
      code: 'profile.malformed-keys',
      message: `mfad_keyring of dev names no item that mfad made: line 2 of ${paths[file]}`,
      hint: 'remove that line, and enter the access key with: aws configure --profile dev',
    })
  },
)
