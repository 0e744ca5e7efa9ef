import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { applyEdits, type UserEdit } from '../../../src/core/document/user-edit.ts'
import { AppError } from '../../../src/core/errors.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'
import { isRightlyRefused, userEditPromises } from '../../support/user-edit-promises.ts'
import { userEditsOf } from '../../support/user-edits.ts'

const parse = (text: string) => parseDocument(new TextEncoder().encode(text))
const apply = (before: string, ...edits: UserEdit[]) =>
  Buffer.from(applyEdits(parse(before), edits).toBytes()).toString('utf8')

const dev = { section: 'profile dev', key: 'mfa_serial' }
const set = (before: string, value = 'arn:new') => apply(before, { kind: 'set', ...dev, value })
const remove = (before: string, dropsSection = false) =>
  apply(before, { kind: 'remove', ...dev, dropsSection })

/** The code, message and hint of the AppError that is thrown. */
function refusal(edit: () => unknown): string {
  try {
    edit()
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message} -> ${error.hint}`
    throw error
  }
  return 'nothing was refused'
}

describe('a key that is new', () => {
  it.each([
    ['in an empty file', '', '[profile dev]\nmfa_serial = arn:new\n'],
    [
      'in a section that is new',
      '[default]\nregion = x\n',
      '[default]\nregion = x\n\n[profile dev]\nmfa_serial = arn:new\n',
    ],
    ["with the file's line ends", '[a]\r\n', '[a]\r\n\r\n[profile dev]\r\nmfa_serial = arn:new\r\n'],
  ])('gets a section at the end %s, and leaves the original bytes when it goes', (_, before, after) => {
    expect(set(before)).toBe(after)
    expect(remove(after, true)).toBe(before)
  })

  it.each([
    ['below the last key', '[profile dev]\nregion = x\n+[b]\n'],
    ['above a comment that is the next section’s', '[profile dev]\nregion = x\n+\n# of b\n[b]\n'],
    ['below a nested block', '[profile dev]\ns3 =\n  a = 1\n# c\n  b = 2\n+\n# of b\n[b]\n'],
    ['below a value that goes on', '[profile dev]\nnote = x\n  more\n+[b]\n'],
    ['below a header alone', '[profile dev] # mine\n+[b]\n'],
    ['above the last line, when that has no line end', '[profile dev]\n+a = 1\nb = 2'],
    ['in a section in the middle', '[a]\nk = v\n[profile dev]\nk = v\n+[b]\nk = v\n'],
    ['in a section that is quoted', '[profile "x"]\n[profile dev]\nk = v\n+'],
  ])('goes %s, and leaves the original bytes when it goes', (_, text) => {
    const before = text.replace('+', '')
    const after = text.replace('+', 'mfa_serial = arn:new\n')
    expect(set(before)).toBe(after)
    expect(remove(after)).toBe(before)
  })

  it('goes below a header at the end of the file, and leaves the original bytes', () => {
    expect(set('[profile dev]')).toBe('[profile dev]\nmfa_serial = arn:new')
    expect(remove('[profile dev]\nmfa_serial = arn:new')).toBe('[profile dev]')
  })

  it('goes below the key that it belongs to', () => {
    const edit: UserEdit = { kind: 'set', section: 'dev', key: 'b', value: '2', after: 'a' }
    expect(apply('[dev]\na = 1\n# c\nz = 3\n', edit)).toBe('[dev]\na = 1\nb = 2\n# c\nz = 3\n')
    expect(apply('[dev]\nz = 3\n', edit)).toBe('[dev]\nz = 3\nb = 2\n')
  })
})

describe('a key that stands there', () => {
  it.each([
    ['mfa_serial=OLD', 'mfa_serial=arn:new'],
    ['mfa_serial \t=  OLD  ', 'mfa_serial \t=  arn:new  '],
    ['mfa_serial = OLD\r', 'mfa_serial = arn:new\r'],
    ['mfa_serial =', 'mfa_serial = arn:new'],
    ['mfa_serial=', 'mfa_serial=arn:new'],
  ])('keeps the form of its line: %j', (line, changed) => {
    const around = (text: string) => `[profile dev]\n# c\n${text}\nregion = OLD\n`
    expect(set(around(line))).toBe(around(changed))
  })

  it('is left alone, byte for byte, where nothing changes', () => {
    expect(set('[profile dev]\nmfa_serial=arn:new  ')).toBe('[profile dev]\nmfa_serial=arn:new  ')
    expect(remove('[profile dev]\nregion = x')).toBe('[profile dev]\nregion = x')
    expect(remove('[a]\nregion = x')).toBe('[a]\nregion = x')
  })

  it('goes alone: the header stays, but where it came with the key', () => {
    expect(remove('[profile dev]\nmfa_serial = x\n')).toBe('[profile dev]\n')
    expect(remove('[profile dev]\nmfa_serial = x\nregion = x\n', true)).toBe('[profile dev]\nregion = x\n')
  })

  it.each([
    ['has a nested block', 'mfa_serial =\n  a = 1\n', 'line 2: the value of mfa_serial goes on'],
    ['goes on in the next line', 'mfa_serial = x\n  more\n', 'line 3: the AWS CLI takes this indented line'],
    ['has a comment that the AWS CLI reads', 'mfa_serial = x # phone\n', 'line 2: the AWS CLI reads the'],
    ['is written with capitals', 'Mfa_Serial = x\n', 'line 2: Mfa_Serial has capital letters'],
    ['is written with a colon', 'mfa_serial: x\n', 'line 2: mfa_serial is separated by ":"'],
    ['is indented', '  mfa_serial = x\n', 'line 2: mfa_serial is indented'],
    ['is quoted', 'mfa_serial = "x"\n', 'line 2: some AWS tools keep the quotes'],
    ['stands twice', 'mfa_serial = x\nmfa_serial = y\n', 'line 3: mfa_serial stands twice'],
  ])('is refused where it %s, with the line', (_, lines, reason) => {
    const says = `file.section-unreadable: AWS tools would not all read [profile dev] as written, because of ${reason}`
    expect(refusal(() => set(`[profile dev]\n${lines}`))).toContain(says)
    expect(refusal(() => remove(`[profile dev]\n${lines}`))).toContain(says)
  })

  it('is refused in a section that stands twice, or that the SDK keeps under another name', () => {
    expect(refusal(() => set('[profile dev]\n[profile dev]\n'))).toContain('stands twice, first in line 1')
    expect(refusal(() => set('[profile.dev]\nmfa_serial = x\n[profile dev]\nk = v\n'))).toBe(
      'nothing was refused',
    )
    expect(refusal(() => set('[profile dev]\nk = v\n[profile.dev]\nmfa_serial = x\n'))).toMatch(
      /^file.section-unreadable/,
    )
  })

  it('is not removed where the value of [DEFAULT] would come in its place', () => {
    expect(refusal(() => remove('[DEFAULT]\nmfa_serial = x\n[profile dev]\nmfa_serial = y\n'))).toContain(
      'the AWS CLI adds the keys of [DEFAULT]',
    )
  })

  it.each(['a\nb = c', ' a', '', 'ü', 'a # b', '"a"'])(
    'gets no value that AWS tools read otherwise: %j',
    (value) => {
      expect(refusal(() => set('[profile dev]\nmfa_serial = x\n', value))).toMatch(
        /^file\.(?:value-unwritable|section-unreadable)/,
      )
    },
  )
})

describe('keys that are put elsewhere', () => {
  const before =
    '[dev]\r\n# mine\r\naws_access_key_id=AKIA1\r\nregion = x\r\naws_secret_access_key = s3cret=\r\n'
  const store: UserEdit[] = [
    { kind: 'exchange', section: 'dev', key: 'aws_access_key_id', by: 'mfad_keyring', value: 'dev' },
    { kind: 'remove', section: 'dev', key: 'aws_secret_access_key' },
  ]
  const restore: UserEdit[] = [
    { kind: 'exchange', section: 'dev', key: 'mfad_keyring', by: 'aws_access_key_id', value: 'AKIA1' },
    {
      kind: 'set',
      section: 'dev',
      key: 'aws_secret_access_key',
      value: 's3cret=',
      after: 'aws_access_key_id',
    },
  ]

  it('leave a marker in their place, and come back there', () => {
    const stored = '[dev]\r\n# mine\r\nmfad_keyring=dev\r\nregion = x\r\n'
    expect(apply(before, ...store)).toBe(stored)
    expect(apply(stored, ...restore)).toBe(
      '[dev]\r\n# mine\r\naws_access_key_id=AKIA1\r\naws_secret_access_key = s3cret=\r\nregion = x\r\n',
    )
  })

  it('come back to the byte where the secret stood below the key', () => {
    const usual = '[dev] # mine\naws_access_key_id = AKIA1\naws_secret_access_key = s3cret=\n\n# b\n[b]\n'
    expect(apply(usual, ...store, ...restore)).toBe(usual)
  })

  it('are exchanged for new ones in their own lines', () => {
    const rotate = (id: string, secret: string): UserEdit[] => [
      { kind: 'set', section: 'dev', key: 'aws_access_key_id', value: id },
      { kind: 'set', section: 'dev', key: 'aws_secret_access_key', value: secret },
    ]
    const after = before.replace('AKIA1', 'AKIA2').replace('s3cret=', 'other')
    expect(apply(before, ...rotate('AKIA2', 'other'))).toBe(after)
    expect(apply(after, ...rotate('AKIA1', 's3cret='))).toBe(before)
  })

  it('are refused where there is none, or the marker stands there already', () => {
    expect(refusal(() => apply('[dev]\nk = v\n', ...store))).toBe(
      'file.not-as-expected: [dev] has no aws_access_key_id -> run the command again: it looks at the file as it is now',
    )
    expect(refusal(() => apply(`${before}mfad_keyring = x\r\n`, ...store))).toContain(
      'mfad_keyring of [dev] already stands in line 6',
    )
  })
})

describe('a header', () => {
  const rename = (before: string, section: string, to: string) =>
    apply(before, { kind: 'rename', section, to })

  it.each([
    '[a]\nk = v\n\n# of dev\n[dev] # mine\naws_access_key_id = x\n[b]\n',
    '[dev]\r\nk = v\r\n',
    '[dev]',
    '[dev]\t; mine\ns3 =\n  a = 1\n',
    '[DEFAULT]\noutput = json\n[dev]\nk = v\n',
    '[dev]\nk: v\n[b]\nx = "y"\n',
  ])('gets another name, and keeps all around it: %j', (before) => {
    const after = before.replace('[dev]', '[dev-long-term]')
    expect(rename(before, 'dev', 'dev-long-term')).toBe(after)
    expect(rename(after, 'dev-long-term', 'dev')).toBe(before)
  })

  it.each([
    ['is not there', '[a]\n', 'file.not-as-expected: there is no [dev] in the file'],
    [
      'would stand twice',
      '[dev]\n[dev-long-term]\n',
      'file.not-as-expected: [dev-long-term] already stands in line 2',
    ],
    ['is indented', '  [dev]\n', 'file.section-unreadable: AWS tools would not all read [dev] as written'],
    ['has text after it', '[dev]#c\n', 'because of line 1: some AWS tools do not see a section when text'],
    ['stands twice', '[dev]\n[dev]\n', 'because of line 2: section [dev] stands twice'],
  ])('is refused where it %s', (_, before, says) => {
    expect(refusal(() => rename(before, 'dev', 'dev-long-term'))).toContain(says)
  })

  it.each(['my profile', 'DEFAULT', '__proto__', 'a]', 'a]\n[b', '', ' a', 'é'])(
    'is refused with the new name %j, which not all AWS tools can read',
    (to) => {
      expect(refusal(() => rename('[dev]\nk = v\n', 'dev', to))).toMatch(/^file.section-unreadable/)
    },
  )

  it('is refused where the SDK would read two sections as one', () => {
    expect(refusal(() => rename('[profile.a]\nk = v\n[x]\ny = z\n', 'x', 'profile a'))).toMatch(
      /^file.section-unreadable/,
    )
  })
})

it('keeps every promise in every file', () => {
  let made = 0
  fc.assert(
    fc.property(iniFile, (file) => {
      const before = parseDocument(file)
      for (const { after, ...user } of userEditsOf(before)) {
        if (after === undefined)
          expect(isRightlyRefused({ ...user, before }), JSON.stringify(user.edit)).toBe(true)
        else
          for (const [says, isKept] of Object.entries(userEditPromises))
            expect(isKept({ ...user, before, after }), `${says}: ${JSON.stringify(user.edit)}`).toBe(true)
        if (after !== undefined) made++
      }
    }),
    { numRuns: 1000, examples: [[Buffer.from('[default-mfa]\nregion=x')]] },
  )
  expect(made).toBeGreaterThan(500)
})
