import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseText } from '../../../src/core/document/parse.ts'
import { applyEdits } from '../../../src/core/document/user-edit.ts'
import { planRestore, planStore, restoreEdits, storeEdits } from '../../../src/core/writes/key-moves.ts'
import { thrownBy } from '../../support/thrown.ts'

const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const lines = [`aws_access_key_id = ${keys.accessKeyId}`, `aws_secret_access_key = ${keys.secretAccessKey}`]
const paths = { credentials: '/c', config: '/f' }
const empty = parseText('', true)
const read = (text: string) => ({ credentials: parseText(text, true), config: empty })

function moved(text: string): string {
  const documents = read(text)
  const move = planStore(documents, 'dev', keys, paths)
  return applyEdits(documents.credentials, storeEdits(documents.credentials, move, keys)).text
}

function movedBack(text: string): string {
  const documents = read(text)
  const source = { kind: 'keyring', item: 'dev/AKIAIOSFODNN7EXAMPLE', accessKeyId: keys.accessKeyId } as const
  const move = planRestore(documents, 'dev', source)
  return applyEdits(documents.credentials, restoreEdits(documents.credentials, move, keys)).text
}

describe('a key that moves to the keyring and back', () => {
  it('leaves one line in its place', () => {
    expect(moved(`[dev]\nregion = x\n${lines.join('\n')}\noutput = json\n`)).toBe(
      '[dev]\nregion = x\nmfad_keyring = dev/AKIAIOSFODNN7EXAMPLE\noutput = json\n',
    )
  })

  it('leaves every other byte, and gives the file back, whatever stands round it', () => {
    const others = fc.constantFrom(
      '# a comment',
      '',
      '; another',
      'region = eu-west-1',
      'output=json',
      '[a]',
      '[b] # x',
    )
    const before = fc.array(fc.constantFrom('# a comment', '', '[a]', '; another'), { maxLength: 4 })
    const within = fc.constantFrom<string[]>([], ['# a comment'], ['region = x'], ['', '# mine'])
    fc.assert(
      fc.property(
        before,
        within,
        within,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        others,
        (above, inside, below, lineEnd, isEnded, last) => {
          const headers = [...above, last].filter((line) => line.startsWith('['))
          fc.pre(new Set(headers.map((line) => line.slice(0, 3))).size === headers.length)
          fc.pre(
            !below.includes('region = x') || (!inside.includes('region = x') && !last.startsWith('region')),
          )
          const text =
            [...above, '[dev]', ...inside, ...lines, ...below, last].join(lineEnd) + (isEnded ? lineEnd : '')
          const stored = moved(text)
          expect(stored).toBe(text.replace(lines.join(lineEnd), 'mfad_keyring = dev/AKIAIOSFODNN7EXAMPLE'))
          expect(movedBack(stored)).toBe(text)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('keeps the form of the line with the access key id', () => {
    const text = `[dev]\naws_access_key_id=${keys.accessKeyId}\n${lines[1]}\n`
    expect(moved(text)).toBe('[dev]\nmfad_keyring=dev/AKIAIOSFODNN7EXAMPLE\n')
    expect(movedBack(moved(text))).toBe(text)
  })

  it('keeps the place and the form of the line with the secret, where it would not come back as it was', () => {
    const written = fc.constantFrom(' = ', '=', ' =', '=  ', '\t=\t')
    const key = (name: string, value: string) =>
      fc
        .tuple(written, fc.constantFrom('', ' ', '\t'))
        .map(([equals, after]) => `${name}${equals}${value}${after}`)
    const between = fc.constantFrom<string[]>([], ['# mine'], ['', 'region = x'])
    const lineEnds = fc.constantFrom('\n', '\r\n')
    const ends = fc.constantFrom('', '\n', '\r\n', '\n[b]\n', '\noutput=json', '\n\n# last')
    fc.assert(
      fc.property(
        key('aws_access_key_id', keys.accessKeyId),
        key('aws_secret_access_key', keys.secretAccessKey),
        fc.boolean(),
        between,
        lineEnds,
        lineEnds,
        ends,
        (id, secret, isFirst, inside, oneEnd, otherEnd, end) => {
          const [first, last] = isFirst ? [secret, id] : [id, secret]
          const text = `[dev]${oneEnd}${first}${otherEnd}${inside.map((line) => line + oneEnd).join('')}${last}${end}`
          const stored = moved(text)
          expect(stored).not.toContain(keys.secretAccessKey)
          expect(movedBack(stored)).toBe(text)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('keeps them in one line more; without it the secret comes back below the key id', () => {
    const text = `[dev]\naws_secret_access_key=${keys.secretAccessKey}\naws_access_key_id=${keys.accessKeyId}\n`
    const stored = '[dev]\nmfad_keyring_place=secret\nmfad_keyring=dev/AKIAIOSFODNN7EXAMPLE\n'
    expect(moved(text)).toBe(stored)
    expect(movedBack(stored.replace('mfad_keyring_place=secret\n', ''))).toBe(
      `[dev]\naws_access_key_id=${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`,
    )
  })

  it('moves within the config file, under the header that stands there', () => {
    const documents = { credentials: empty, config: parseText(`[profile dev]\n${lines.join('\n')}\n`, true) }
    expect(planStore(documents, 'dev', keys, paths)).toEqual({
      file: 'config',
      section: 'profile dev',
      profile: 'dev',
      item: 'dev/AKIAIOSFODNN7EXAMPLE',
    })
  })
})

describe('a key that does not move', () => {
  it('was changed meanwhile', () => {
    const documents = read(`[dev]\n${lines.join('\n')}\n`)
    const move = planStore(documents, 'dev', keys, paths)
    const other = read(`[dev]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n${lines[1]}\n`).credentials
    expect(thrownBy(() => storeEdits(other, move, keys)).code).toBe('profile.keys-changed')
    expect(thrownBy(() => restoreEdits(other, move, keys)).code).toBe('profile.keys-changed')
  })

  it('has a line of the keyring beside it', () => {
    const documents = read(`[dev]\n${lines.join('\n')}\nmfad_keyring = dev/AKIAI44QH8DHBEXAMPLE\n`)
    expect(thrownBy(() => planStore(documents, 'dev', keys, paths))).toMatchObject({
      code: 'profile.keys-not-movable',
      message: 'dev has an access key and an mfad_keyring: line 4 of /c',
    })
  })
  it.each([
    [
      'stands in both files',
      `[dev]\n${lines[0]}\n`,
      `[profile dev]\n${lines[1]}\n`,
      'keys of dev stand in both /c and /f',
      'remove aws_access_key_id and aws_secret_access_key from one of the two',
    ],
    [
      'has a command beside it',
      `[dev]\n${lines.join('\n')}\n`,
      '[profile dev]\ncredential_process = op-aws dev\n',
      'dev also has a credential_process, which AWS tools would run once the key is gone from the file',
      'remove credential_process from dev',
    ],
  ])('%s', (_, credentials, config, message, hint) => {
    const documents = { credentials: parseText(credentials, true), config: parseText(config, true) }
    expect(thrownBy(() => planStore(documents, 'dev', keys, paths))).toMatchObject({
      code: 'profile.keys-not-movable',
      message,
      hint,
    })
  })
})
