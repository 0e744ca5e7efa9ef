import { describe, expect, it } from 'vitest'
import { isSameSource, keyOfItem, keySourceOf } from '../../../src/core/profiles/key-source.ts'
import { profileSections } from '../../../src/core/profiles/sections.ts'
import { documentsOf, keysOf, profilesOf } from '../../support/profiles.ts'

const key = 'AKIAIOSFODNN7EXAMPLE'
const alice = 'arn:aws:iam::111122223333:mfa/alice'
const marker = `mfad_keyring = dev/${key}\n`
const device = `mfa_serial = ${alice}\n`
const command = 'credential_process = /bin/keys dev\n'
const kindIn = (credentials: string, config = '') =>
  keySourceOf(profileSections(documentsOf(credentials, config)), 'dev')?.kind
const find = (credentials: string, config = '', name = 'dev') =>
  profilesOf(credentials, config).find(({ profile }) => profile === name)

describe('the keys of a profile', () => {
  it.each([
    ['files', `[dev]\n${keysOf(key)}`, ''],
    ['files', '', `[profile dev]\n${keysOf(key)}`],
    ['files', `[dev]\n${keysOf(key)}`, `[profile dev]\n${device}${command}${marker}`],
    ['keyring', `[dev]\n${marker}`, `[profile dev]\n${device}${command}`],
    ['keyring', '', `[profile dev]\n${marker}`],
    ['process', '', `[profile dev]\n${device}${command}`],
    ['process', `[dev]\n${command}`, `[profile dev]\n${device}`],
    [undefined, '', `[profile dev]\n${command}`],
    [undefined, '', `[profile dev]\n${device}credential_process = mfad credential-process other\n`],
    [undefined, '', `[profile dev]\n${device}${command}web_identity_token_file = /x\n`],
    [undefined, `[dev]\naws_access_key_id = ${key}\n`, ''],
  ])('are in the %s of %j and %j', (kind, credentials, config) => {
    expect(kindIn(credentials, config)).toBe(kind)
  })

  it('are the same ones after a move between the file and the keyring, not with another secret or command', () => {
    const files = { kind: 'files', accessKeyId: key, secretAccessKey: 'a' } as const
    const keyring = { kind: 'keyring', item: `dev/${key}`, accessKeyId: key } as const
    const process = { kind: 'process', command: 'x', file: 'config' } as const
    expect(isSameSource(files, keyring)).toBe(true)
    expect(isSameSource(keyring, files)).toBe(true)
    expect(isSameSource(process, { ...process, file: 'credentials' })).toBe(true)
    expect(isSameSource(files, { ...files, secretAccessKey: 'b' })).toBe(false)
    expect(isSameSource(process, { ...process, command: 'y' })).toBe(false)
    expect(isSameSource(process, files)).toBe(false)
  })

  it.each([`dev/${key}`, `a/b/${key}`])('%s is the name of an item', (item) => {
    expect(keyOfItem(item)).toBe(key)
  })

  it.each(['', key, 'dev/', 'dev/akia', `de v/${key}`, `dev/${key} x`, `${'x'.repeat(300)}/${key}`])(
    '%s is none',
    (item) => {
      expect(keyOfItem(item)).toBeUndefined()
    },
  )
})

describe('a profile', () => {
  it.each([
    ['key', `[dev]\n${marker}`, ''],
    ['key', '', `[profile dev]\n${device}${command}`],
    ['other', '', `[profile dev]\n${command}`],
    ['sso', '', `[profile dev]\n${device}${command}sso_session = x\n`],
    ['aws-login', '', `[profile dev]\n${device}${command}login_session = x\n`],
    ['role', `[dev]\n${marker}role_arn = arn:aws:iam::111122223333:role/x\n`, ''],
  ])('is of kind %s in %j and %j', (kind, credentials, config) => {
    expect(find(credentials, config)?.kind).toBe(kind)
  })

  it('whose key is in the keyring is told from another by its access key id, which stands in the name of the item', () => {
    expect(find(`[dev]\n${marker}`)?.accessKeyId).toBe(key)
  })

  it('whose command cannot be split into words says so before anybody is asked for a code', () => {
    const config = `[profile dev]\n${device}credential_process = keys "dev\n`
    expect(find('', config)?.obstacle).toMatchObject({
      code: 'profile.credential-process-refused',
      message: 'credential_process of dev has no closing quotation mark: line 3 of /home/me/.aws/config',
    })
  })

  it('whose command AWS tools read differently says so', () => {
    const config = `[profile dev]\n${device}credential_process = keys # dev\n`
    expect(find('', config)?.obstacle).toMatchObject({
      code: 'profile.disputed-value',
      message: 'AWS tools disagree about credential_process of dev: line 3 of /home/me/.aws/config',
    })
  })

  it('with a key in the credentials file may have any command', () => {
    const config = `[profile dev]\n${device}credential_process = keys "dev # x\n`
    expect(find(`[dev]\n${keysOf(key)}`, config)).not.toHaveProperty('obstacle')
  })
})
