import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/core/document/user-edit.ts'
import { holdersOf, lineWithKey, rotationEdits } from '../../../src/core/writes/key-rotation.ts'
import { documentsOf, keysOf, parse } from '../../support/profiles.ts'
import { thrownBy } from '../../support/thrown.ts'

const former = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const keys = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'bmV3U2VjcmV0' }
const credentials = `[dev]
${keysOf(former.accessKeyId)}region = eu-west-1
[other]
${keysOf('AKIAOTHER00000000000')}[admin]
role_arn = arn:aws:iam::111122223333:role/admin
source_profile = dev
[ring]
mfad_keyring = ring/${former.accessKeyId}
[printed]
credential_process = print ${former.accessKeyId}
mfa_serial = arn:aws:iam::111122223333:mfa/alice
`
const config = `[profile also]
${keysOf(former.accessKeyId)}[default]
mfad_keyring = default/${former.accessKeyId}
`

describe('the rotation of a key', () => {
  it('finds every profile that has it, in both files and in the keyring', () => {
    expect(holdersOf(documentsOf(credentials, config), former.accessKeyId)).toEqual([
      { profile: 'dev', file: 'credentials', section: 'dev' },
      { profile: 'ring', file: 'credentials', section: 'ring', item: `ring/${former.accessKeyId}` },
      { profile: 'also', file: 'config', section: 'profile also' },
      { profile: 'default', file: 'config', section: 'default', item: `default/${former.accessKeyId}` },
    ])
  })

  it('puts the new key in the place of the old one, and changes nothing else', () => {
    const documents = documentsOf(credentials, config)
    const holders = holdersOf(documents, former.accessKeyId)
    for (const file of ['credentials', 'config'] as const) {
      const edits = rotationEdits(
        documents[file],
        holders.filter((holder) => holder.file === file),
        former,
        keys,
      )
      const text = file === 'credentials' ? credentials : config
      expect(applyEdits(documents[file], edits).text).toBe(
        text
          .replace(
            keysOf(former.accessKeyId),
            keysOf(keys.accessKeyId).replace(/(key = )wJ.*/, `$1${keys.secretAccessKey}`),
          )
          .replace(/(mfad_keyring = \w+\/).*/, `$1${keys.accessKeyId}`),
      )
    }
  })

  it.each([
    ['another key id', `[dev]\n${keysOf(keys.accessKeyId)}`, undefined],
    ['another secret', `[dev]\n${keysOf(former.accessKeyId).replace('EXAMPLEKEY', 'ANOTHERKEY')}`, undefined],
    ['no key', '[dev]\nregion = eu-west-1\n', undefined],
    ['no section', '[other]\n', undefined],
    ['another item', `[dev]\nmfad_keyring = dev/${keys.accessKeyId}\n`, `dev/${former.accessKeyId}`],
    ['no item', `[dev]\n${keysOf(former.accessKeyId)}`, `dev/${former.accessKeyId}`],
  ])('writes nothing where %s stands there by now', (_, text, item) => {
    const holder = {
      profile: 'dev',
      file: 'credentials' as const,
      section: 'dev',
      ...(item === undefined ? {} : { item }),
    }
    expect(thrownBy(() => rotationEdits(parse(text), [holder], former, keys))).toMatchObject({
      code: 'profile.keys-changed',
      message: 'the keys of dev were changed in the file meanwhile; nothing was written',
      hint: 'look at them, then: mfad keys rotate dev',
    })
  })
})

describe('the line with a key', () => {
  it.each([
    ['[a]\nx = y\n', undefined],
    [`# ${former.accessKeyId}\n  ; ${former.accessKeyId}\n`, undefined],
    [`${former.accessKeyId}`, 1],
    [`[a]\r\n# ${former.accessKeyId}\rkey = ${former.accessKeyId} # x\n`, 3],
    [`[a]\n\nkey = x ; ${former.accessKeyId}\n${former.accessKeyId}\n`, 3],
  ])('%j', (text, line) => {
    expect(lineWithKey(parse(text), former.accessKeyId)).toBe(line)
  })
})
