import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesOnlySections } from '../../../src/core/document/comparison.ts'
import type { CredentialsDocument } from '../../../src/core/document/document.ts'
import { removeSection, setSection, setSections } from '../../../src/core/document/edit.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { AppError } from '../../../src/core/errors.ts'
import { sessionKeys } from '../../../src/core/profiles/session-section.ts'
import { editPromises } from '../../support/edit-promises.ts'
import { editsOf } from '../../support/edits.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'

const ownKeys = ['aws_access_key_id', 'aws_session_token', 'aws_security_token', 'region']
const values = new Map([
  ['aws_access_key_id', 'ASIA1'],
  ['aws_session_token', 'abc=='],
])
const added = '[dev-mfa]\naws_access_key_id = ASIA1\naws_session_token = abc==\n'
const names = new Set(['dev-mfa'])
const sessionLines = new Map([
  ['aws_access_key_id', 'ASIAABCDEFGHIJKLMNOP'],
  ['aws_secret_access_key', 'wJalrXUtnFEMI'],
  ['aws_session_token', 'FwoGZXIvYXdzEBYaDN=='],
  ['expiration', '2026-11-23T10:32:13Z'],
  ['manager', 'mfad'],
  ['mfad_key', 'IJKLMNOP'],
])

const parse = (text: string) => parseDocument(new TextEncoder().encode(text))
const text = (document: CredentialsDocument) => Buffer.from(document.toBytes()).toString('utf8')
const set = (before: string, wanted: ReadonlyMap<string, string> = values) =>
  text(setSection(parse(before), 'dev-mfa', ownKeys, wanted))
const remove = (before: string) => text(removeSection(parse(before), 'dev-mfa', ownKeys))

/** The message and hint of the AppError that is thrown. */
function refusal(edit: () => unknown): string {
  try {
    edit()
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message} -> ${error.hint}`
    throw error
  }
  return 'nothing was refused'
}

describe('a new section', () => {
  it.each([
    ['an empty file', '', added],
    ['a file with a final line end', '[a]\nk = v\n', `[a]\nk = v\n\n${added}`],
    ['a file without a final line end', '[a]\nk = v', `[a]\nk = v\n${added}`],
    ['a file of one line end', '\n', `\n\n${added}`],
    ['a file of blank lines', '\n\n \n', `\n\n \n\n${added}`],
    ['a comment', '# only this', `# only this\n${added}`],
    ['CRLF', '[a]\r\nk = v\r\n', `[a]\r\nk = v\r\n\r\n${added.replaceAll('\n', '\r\n')}`],
    ['CRLF without a final line end', '[a]\r\nk = v', `[a]\r\nk = v\r\n${added.replaceAll('\n', '\r\n')}`],
    ['CRLF in the first line', '[a]\r\nk = v\n', `[a]\r\nk = v\n\r\n${added.replaceAll('\n', '\r\n')}`],
    ['LF in the first line', '[a]\nk = v\r\n', `[a]\nk = v\r\n\n${added}`],
    [
      'a lone carriage return at the end',
      '[a]\nk = v\r',
      `[a]\nk = v\r\r\n${added.replaceAll('\n', '\r\n')}`,
    ],
    [
      'CRLF and a lone carriage return at the end',
      '[a]\r\nk = v\r',
      `[a]\r\nk = v\r\r\n${added.replaceAll('\n', '\r\n')}`,
    ],
    ['only lone carriage returns', '[a]\rk = v\r', `[a]\rk = v\r\r\n${added.replaceAll('\n', '\r\n')}`],
    ['a value that goes on', '[a]\nk = v\n  more', `[a]\nk = v\n  more\n${added}`],
    ['an open nested block', '[a]\ns3 =\n  k = v\n  ', `[a]\ns3 =\n  k = v\n  \n${added}`],
    ['a file with keys for all', '[DEFAULT]\noutput = json\n', `[DEFAULT]\noutput = json\n\n${added}`],
    ['a key without a value', '[a]\ns3 =', `[a]\ns3 =\n${added}`],
  ])('is appended to %s, and removed to the byte', (_, before, after) => {
    expect(set(before)).toBe(after)
    expect(remove(after)).toBe(before)
  })

  it('holds the keys in their own order, whatever the order of the values', () => {
    const reversed = new Map([...values].reverse())
    expect(set('', reversed)).toBe(added)
  })

  it('changes no byte of what is not UTF-8', () => {
    const before = new Uint8Array([...Buffer.from('[a]\nk = '), 0xe9, 0x80, 0x0a])
    const after = setSection(parseDocument(before), 'dev-mfa', ownKeys, values)
    expect([...after.toBytes()]).toEqual([...before, 0x0a, ...Buffer.from(added)])
    expect(removeSection(after, 'dev-mfa', ownKeys).toBytes()).toEqual(before)
  })

  it.each(['my profile', 'DEFAULT', '__proto__', 'constructor', 'a]', ' a', 'é', 'a]\n[b', ''])(
    'is refused under the name %j, which not all AWS tools can read',
    (name) => {
      expect(refusal(() => setSection(parse(''), name, ownKeys, values))).toMatch(
        /^file.section-unreadable: [\s\S]*letters, digits/,
      )
    },
  )

  it.each(['a\nb = c', 'a\rb', ' a', 'a ', '', 'ü', 'a\u0000'])('is refused with the value %j', (value) => {
    expect(refusal(() => set('', new Map([['region', value]])))).toMatch(/^file.value-unwritable/)
  })

  it.each(['a # b', '"a"', '#a', ';'])(
    'is refused with the value %j, which AWS tools read differently',
    (value) => {
      expect(refusal(() => set('', new Map([['region', value]])))).toMatch(/^file.section-unreadable/)
    },
  )
})

describe('an existing section', () => {
  it('keeps its comments, blank lines and other keys where they are', () => {
    const before =
      '[dev-mfa] # mine\n\n# first\noutput = json\naws_access_key_id = OLD\n\n; last\ns3 =\n  k = v\naws_session_token = OLD\n\n# after\n[b]\n'
    expect(set(before)).toBe(before.replace('OLD', 'ASIA1').replace('OLD', 'abc=='))
  })

  it('changes only the values', () => {
    expect(set('[dev-mfa]\naws_access_key_id=OLD\naws_session_token   =\tOLD  \n')).toBe(
      '[dev-mfa]\naws_access_key_id=ASIA1\naws_session_token   =\tabc==  \n',
    )
  })

  it('is left alone, byte for byte, where nothing changes', () => {
    const before = '[dev-mfa]\r\naws_session_token=abc==  \n\naws_access_key_id\t= ASIA1'
    expect(set(before)).toBe(before)
  })

  it.each([
    [
      'after the header',
      '[dev-mfa]\noutput = x\n[b]\n',
      '[dev-mfa]\naws_access_key_id = ASIA1\naws_session_token = abc==\noutput = x\n[b]\n',
    ],
    [
      'after the key before it',
      '[dev-mfa]\n# c\naws_access_key_id = ASIA1\n# d\nk = v\n',
      '[dev-mfa]\n# c\naws_access_key_id = ASIA1\naws_session_token = abc==\n# d\nk = v\n',
    ],
    [
      'in the order of the file',
      '[dev-mfa]\nregion = x\naws_session_token = abc==\n',
      '[dev-mfa]\naws_access_key_id = ASIA1\naws_session_token = abc==\n',
    ],
    [
      'without adding a final line end',
      '[dev-mfa]\naws_access_key_id = ASIA1',
      '[dev-mfa]\naws_access_key_id = ASIA1\naws_session_token = abc==',
    ],
    ['after a bare header', '[a]\n[dev-mfa]', `[a]\n${added.trimEnd()}`],
    [
      'with the line end of the file',
      '[a]\r\n[dev-mfa]\r\n# c\r\n',
      '[a]\r\n[dev-mfa]\r\naws_access_key_id = ASIA1\r\naws_session_token = abc==\r\n# c\r\n',
    ],
  ])('gets what is missing %s', (_, before, after) => {
    expect(set(before)).toBe(after)
  })

  it('gets a key where the next line is written anew', () => {
    const before = '[dev-mfa]\naws_session_token = abc==\naws_access_key_id: OLD\n'
    expect(set(before, new Map([...values, ['region', 'x']]))).toBe(
      '[dev-mfa]\naws_session_token = abc==\nregion = x\naws_access_key_id = ASIA1\n',
    )
  })

  it('is refused where the byte that is not UTF-8 stands in a value of ours', () => {
    const before = parseDocument(new Uint8Array([...Buffer.from('[dev-mfa]\nregion = '), 0xe9, 0x0a]))
    expect(refusal(() => setSection(before, 'dev-mfa', ownKeys, values))).toContain(
      'because of line 2: the file is not valid UTF-8',
    )
  })

  it('loses our keys that are not wanted, as whole lines', () => {
    expect(set(`[a]\n${added}aws_security_token = STALE\nregion = x\nk = v\n`)).toBe(`[a]\n${added}k = v\n`)
    expect(set(`${added}region = x`)).toBe(added)
  })

  it.each([
    ['capitals', 'AWS_Access_Key_Id = OLD'],
    ['a colon', 'aws_access_key_id: OLD'],
    ['quotes', 'aws_access_key_id = "OLD"'],
    ['a comment', 'aws_access_key_id = OLD # since monday'],
    ['an indentation', '  aws_access_key_id = OLD'],
    ['no value', 'aws_access_key_id ='],
    ['odd white space', 'aws_access_key_id = OLD\u00a0'],
  ])('has a line of ours with %s written anew', (_, line) => {
    expect(set(`[dev-mfa]\n${line}\naws_session_token = abc==\n`)).toBe(added)
  })

  it.each([
    ['stands twice', `${added}\n[b]\n[dev-mfa]\n`, 'line 6: section [dev-mfa] stands twice, first in line 1'],
    [
      'stands twice for the SDK',
      `${added}k = v\n  [dev-mfa]\n  region = x\n`,
      'line 5: the AWS CLI takes this indented section for part of the value above',
    ],
    [
      'has a value of ours that goes on',
      `${added}  more\n`,
      'line 4: the AWS CLI takes this indented line for part of the value above',
    ],
    [
      'has a nested block under a key of ours',
      '[dev-mfa]\nregion =\n  k = v\n',
      'line 2: the value of region goes on',
    ],
    ['has an indented key after the header', '[dev-mfa]\n  k = v\n', 'line 2: k is indented'],
    [
      'has a key of ours that only the SDK reads',
      '[dev-mfa]\nk = v\n  region = x\n',
      'line 3: the AWS CLI takes this indented line',
    ],
    [
      'has a duplicate of a key of ours',
      `${added}aws_session_token = x\n`,
      'line 4: aws_session_token stands twice',
    ],
    [
      'inherits a key of ours',
      `[DEFAULT]\naws_security_token = x\n${added}`,
      'line 1: the AWS CLI adds the keys of [DEFAULT]',
    ],
    ['has an indented header', `  ${added}`, 'line 1: some AWS tools do not see an indented section'],
    [
      'has text right after its header',
      added.replace(']', ']#'),
      'line 1: some AWS tools do not see a section when text follows',
    ],
    [
      'is not seen by the SDK',
      `[a]\r${added.replace('\n', '\r')}`,
      'line 2: the line ends in a carriage return alone',
    ],
    [
      'stands in a file that the SDK gives up',
      `[__proto__]\n${added}`,
      'line 1: not every AWS tool can read a section of this name',
    ],
  ])('is refused where it %s, with the line', (_, before, reason) => {
    expect(refusal(() => set(before))).toContain(
      `file.section-unreadable: AWS tools would not all read [dev-mfa] as written, because of ${reason}`,
    )
  })

  it('is refused where an indented section after it would become part of a value', () => {
    expect(refusal(() => set('[dev-mfa]\n  aws_access_key_id = OLD\n  [b]\n'))).toMatch(
      /because of line [23]/,
    )
  })
})

describe('removing', () => {
  it.each([
    ['an absent section is nothing', '[a]\nk = v', '[a]\nk = v'],
    ['keeps the comments that follow', `[a]\n\n${added}# after\n[b]\n`, '[a]\n# after\n[b]\n'],
    ['takes no blank line of the user', `[a]\n\n\n${added}\n[b]\n`, '[a]\n\n\n[b]\n'],
    ['joins no lines', `[a]\nk = v\n${added}# after\n`, '[a]\nk = v\n# after\n'],
    ['joins no lines where only a blank one follows', `[a]\nk = v\n${added}\n`, '[a]\nk = v\n\n'],
    ['keeps the blank line above the first section', `\n${added}[b]\n`, '\n[b]\n'],
    ['keeps the blank line at the top', `\n${added}`, '\n'],
    [
      'keeps the header while other keys stand below it',
      `[a]\n\n${added}output = x\n`,
      '[a]\n\n[dev-mfa]\noutput = x\n',
    ],
    [
      'keeps the header while a nested block stands below it',
      '[dev-mfa]\nregion = x\ns3 =\n  k = v\n',
      '[dev-mfa]\ns3 =\n  k = v\n',
    ],
    [
      'keeps the comments inside',
      '[a]\n[dev-mfa]\n# one\naws_access_key_id = ASIA1\n; two\n',
      '[a]\n# one\n; two\n',
    ],
    ['takes a key with capitals', '[a]\n\n[dev-mfa]\nREGION: x\n', '[a]\n'],
    ['takes a whole CRLF', '[a]\r\n\r\n[dev-mfa]\r\nregion = x\r\n# c', '[a]\r\n# c'],
    ['takes no half of a CRLF', '[a]\r\nk = v\r\n[dev-mfa]\nregion = x\n', '[a]\r\nk = v\r\n'],
    ['keeps a blank line of another kind', '[a]\r\n\r\n[dev-mfa]\nregion = x\n# c', '[a]\r\n\r\n# c'],
    ['takes a section that is all there is', added, ''],
    [
      'leaves to the SDK what only the SDK reads',
      '[b]\nk = v\n  [dev-mfa]\n  region = y\n\n[dev-mfa]\nregion = x\n',
      '[b]\nk = v\n  [dev-mfa]\n  region = y\n',
    ],
    ['takes the only section between two others', `[a]\n\n${added}\n[b]\n`, '[a]\n\n[b]\n'],
  ])('%s', (_, before, after) => {
    expect(remove(before)).toBe(after)
  })

  it.each([
    [
      'an indented line of the user would join another value',
      `[a]\nk = v\n${added}  more\n`,
      'line 5: the value of aws_session_token goes on',
    ],
    [
      'an indented section would become part of a value',
      '[a]\nk = v\n[dev-mfa]\n  region = x\n  [b]\nj = w\n',
      'line 4: region is indented',
    ],
    ['the section stands twice', `${added}[dev-mfa]\n`, 'line 4: section [dev-mfa] stands twice'],
    [
      'a line of ours would appear from a value',
      '[dev-mfa]\nregion = x\n  region = y\nk = v\n',
      'line 2: the value of region goes on',
    ],
  ])('is refused where %s', (_, before, reason) => {
    expect(refusal(() => remove(before))).toContain(`because of ${reason}`)
  })
})

describe('for any file', () => {
  /** Any file, and the file after a set; files where that is refused in the promised way are left out. */
  const edited = fc
    .oneof(iniFile, fc.uint8Array({ maxLength: 40 }))
    .map((file) => {
      const before = parseDocument(file)
      try {
        return { before, after: setSection(before, 'dev-mfa', ownKeys, values) }
      } catch (error) {
        if (error instanceof AppError && error.code === 'file.section-unreadable') return undefined
        throw error
      }
    })
    .filter((pair) => pair !== undefined)

  it.each(Object.entries(editPromises))('%s', (_, isKept) => {
    const anyFile = fc.oneof(iniFile, fc.uint8Array({ maxLength: 40 }))
    fc.assert(
      fc.property(anyFile, (file) => isKept(editsOf(file))),
      { numRuns: 500 },
    )
  })

  it('several sections at once are what they are in turn, old ones and new ones', () => {
    const names = ['dev-mfa', 'a-mfa', 'b-mfa', 'c-mfa']
    let compared = 0
    fc.assert(
      fc.property(iniFile, fc.subarray(names), fc.shuffledSubarray(names), (file, old, wanted) => {
        try {
          let before = parseDocument(file)
          for (const name of old) before = setSection(before, name, sessionKeys, values)
          // Existing ones first, as they are written: a new one may add the line end of the last line.
          const isNew = (name: string) => Number(!before.sections.has(name))
          const inOrder = wanted.toSorted((a, b) => isNew(a) - isNew(b))
          let inTurn = before
          for (const name of inOrder) inTurn = setSection(inTurn, name, sessionKeys, sessionLines)
          const together = setSections(
            before,
            new Map(inOrder.map((name) => [name, { ownKeys: sessionKeys, values: sessionLines }])),
          )
          expect(text(together)).toBe(text(inTurn))
          compared += 1
        } catch (error) {
          if (!(error instanceof AppError)) throw error
        }
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(30)
  })

  it('what was put in leaves the original bytes when it is taken out, in every order and number', () => {
    const some = ['a-mfa', 'b-mfa', 'c-mfa', 'd-mfa']
    const files = fc.oneof(
      fc.constantFrom(
        '',
        '\n',
        '[a]',
        '[a]\nk = v',
        '[a]\nk = v\n',
        '[a]\r\nk = v',
        '# c\r\n',
        '[a]\n\n',
        'k',
        ' ',
      ),
      iniFile.map((file) => parseDocument(file).text),
    )
    fc.assert(
      fc.property(
        files,
        fc.array(fc.constantFrom(...some), { maxLength: 12 }),
        fc.shuffledSubarray(some, { minLength: 4 }),
        (file, steps, last) => {
          const before = parse(file)
          let after = before
          try {
            for (const name of steps) {
              if (after.sections.has(name)) after = removeSection(after, name, sessionKeys)
              else after = setSection(after, name, sessionKeys, sessionLines)
            }
            for (const name of last) after = removeSection(after, name, sessionKeys)
          } catch (error) {
            // Of a file that is read differently by each tool.
            expect(error).toMatchObject({ code: 'file.section-unreadable' })
            return
          }
          expect(after.text).toBe(before.text)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it.each(['[a]\nk = v', '[a]\r\nk = v', ''])(
    'login a, login b, logout a, logout b leaves %j as it was',
    (file) => {
      let after = parse(file)
      for (const name of ['a-mfa', 'b-mfa']) after = setSection(after, name, sessionKeys, sessionLines)
      for (const name of ['a-mfa', 'b-mfa']) after = removeSection(after, name, sessionKeys)
      expect(after.text).toBe(file)
    },
  )

  it('new sections can come and go in one replacement', () => {
    const several = new Set(['dev-mfa', 'prod-mfa', 'x-mfa'])
    const step = fc.tuple(fc.constantFrom(...several), fc.boolean())
    const fresh = edited.filter(({ before }) => ![...several].some((name) => before.sections.has(name)))
    fc.assert(
      fc.property(fresh, fc.array(step, { maxLength: 6 }), ({ before }, steps) => {
        let after = before
        for (const [name, isSet] of steps)
          try {
            after = isSet
              ? setSection(after, name, sessionKeys, sessionLines)
              : removeSection(after, name, sessionKeys)
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
          }
        expect(changesOnlySections(before, after, several, sessionKeys)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('a change of any byte outside our lines is noticed', () => {
    fc.assert(
      fc.property(
        edited,
        fc.nat(),
        fc.constantFrom(0x0a, 0x20, 0x23, 0x3d, 0x78),
        ({ before, after }, at, byte) => {
          const start = after.sections.get('dev-mfa')?.start ?? 0
          if (!after.isUtf8 || start === 0 || before.sections.has('dev-mfa')) return
          const bytes = after.toBytes()
          const position = at % Buffer.byteLength(after.text.slice(0, start - 2))
          if (Number.isNaN(position) || bytes[position] === byte) return
          bytes[position] = byte
          expect(changesOnlySections(before, parseDocument(bytes), names, ownKeys)).toBe(false)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('what changes only our lines', () => {
  const changes = (before: string, after: string) =>
    changesOnlySections(parse(before), parse(after), names, ownKeys)

  it.each([
    ['nothing', '[a]\nk = v\n', '[a]\nk = v\n', true],
    ['a new section', '[a]\nk = v', `[a]\nk = v\n${added}`, true],
    ['a removed section', `[a]\nk = v\n\n${added}`, '[a]\nk = v\n', true],
    ['a new value', added, added.replace('ASIA1', 'ASIA2'), true],
    ['another section', '[a]\nk = v\n', '[a]\nk = w\n', false],
    ['a comment', `# c\n${added}`, `# d\n${added}`, false],
    ['a line end', `[a]\n\n${added}`, `[a]\r\n\n${added}`, false],
    ['a lost final line end', '[a]\nk = v\n', `[a]\nk = v\n${added}`, false],
    ['a key of the user in our section', `${added}output = x\n`, `${added}output = y\n`, false],
    ['a key of the user that is gone', `${added}output = x\n`, added, false],
    ['a value that goes on', '[a]\nk = v\n', `[a]\nk = v\n\n${added}  more\n`, false],
    ['a section that swallows a key', `[a]\nk = v\n`, `[a]\n${added}k = v\n`, false],
    ['a section of another name', '[a]\n', `[a]\n\n${added.replace('dev', 'prod')}`, false],
    ['a byte order mark', added, `\ufeff${added}`, false],
  ])('%s', (_, before, after, expected) => {
    expect(changes(before, after)).toBe(expected)
  })
})
