// Two edits of one file put together, section by section.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CredentialsDocument } from '../../../src/core/document/document.ts'
import { removeSection, setSection } from '../../../src/core/document/edit.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { encode } from '../../../src/core/document/text.ts'
import { ownKeysOf, ownKeysWith } from '../../../src/core/profiles/own-keys.ts'
import { readSession, sessionValues } from '../../../src/core/profiles/session-section.ts'
import { applyChanges, differsOnlyBy } from '../../../src/core/writes/merge.ts'
import { sectionChanges, sectionTexts } from '../../../src/core/writes/section-changes.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'

const parse = (text: string) => parseDocument(Buffer.from(text))

/** What `theirs` made of `base`, made in `current`. */
function merge(base: string, theirs: string, current: string) {
  const changes = sectionChanges(parse(base), parse(theirs))
  const { document, conflicts } = applyChanges(parse(current), changes)
  expect(differsOnlyBy(parse(current), document, changes)).toBe(true)
  return conflicts.length === 0 ? document.text : { conflicts, text: document.text }
}

const ours = (text: string, keyId: string, settings: ReadonlyMap<string, string> = new Map()) => {
  const values = sessionValues(
    {
      accessKeyId: `ASIA${keyId.padEnd(16, '0')}`,
      secretAccessKey: 's',
      sessionToken: keyId,
      expiration: new Date(0),
    },
    { settings },
  )
  const document = parse(text)
  return setSection(document, 'a-mfa', ownKeysWith(document.sections.get('a-mfa'), values), values).text
}

const loggedOutOf = (document: CredentialsDocument) =>
  removeSection(document, 'a-mfa', ownKeysOf(document.sections.get('a-mfa')))

describe('a change by another program', () => {
  it.each<[string, string, string, string, string]>([
    [
      'a new section at the end',
      '[a]\nk=1\n',
      '[a]\nk=1\n[b]\nk=2\n',
      '[a]\nk=1\n\n[x]\nk=9\n',
      '[a]\nk=1\n\n[x]\nk=9\n[b]\nk=2\n',
    ],
    ['a new section between two', '[a]\n[c]\n', '[a]\n[b]\n[c]\n', '[a]\n[c]\n[x]\n', '[a]\n[b]\n[c]\n[x]\n'],
    [
      'a changed section',
      '[a]\nk=1\n[b]\n',
      '[a]\nk=2\n[b]\n',
      '[a]\nk=1\n[b]\n[x]\n',
      '[a]\nk=2\n[b]\n[x]\n',
    ],
    ['a removed section', '[a]\nk=1\n[b]\n', '[b]\n', '[a]\nk=1\n[b]\n[x]\n', '[b]\n[x]\n'],
    ['a comment before the first section', '[a]\n', '# note\n[a]\n', '[a]\n[x]\n', '# note\n[a]\n[x]\n'],
    [
      'a comment at the end',
      '[a]\nk=1\n',
      '[a]\nk=1\n# note\n',
      '[a]\nk=1\n\n[x]\n',
      '[a]\nk=1\n# note\n\n[x]\n',
    ],
    [
      'the last section, in a file without a final line end',
      '[a]\nk=1',
      '[a]\nk=2',
      '[a]\nk=1\n[x]\n',
      '[a]\nk=2\n[x]\n',
    ],
    [
      'a section after one without a final line end',
      '[a]',
      '[a]\n[b]\nk=1\n',
      '[a]\n[x]\nk=9',
      '[a]\n[x]\nk=9\n[b]\nk=1\n',
    ],
    ['CRLF', '[a]\r\nk=1\r\n', '[a]\r\nk=2\r\n', '[a]\r\nk=1\r\n\r\n[x]\r\n', '[a]\r\nk=2\r\n\r\n[x]\r\n'],
    [
      'a section that we have changed in the same way',
      '[a]\nk=1\n',
      '[a]\nk=2\n',
      '[a]\nk=2\n[x]\n',
      '[a]\nk=2\n[x]\n',
    ],
    [
      'lines appended to a section by both',
      '[a]\nk=1\n',
      '[a]\nk=1\nl=2\n',
      '[a]\nk=1\nm=3\n',
      '[a]\nk=1\nm=3\nl=2\n',
    ],
    ['a section that we have removed', '[a]\n[b]\nk=1\n', '[a]\n[b]\nk=2\n', '[a]\n', '[a]\n[b]\nk=2\n'],
    [
      'a removed section that we have changed',
      '[a]\n[b]\nk=1\n',
      '[a]\n',
      '[a]\n[b]\nk=2\n',
      '[a]\n[b]\nk=2\n',
    ],
    ['only blank lines', '[a]\nk=1\n', '[a]\nk=1\n\n\n', '[a]\nk=1\n[x]\n', '[a]\nk=1\n[x]\n'],
    [
      'a section with the name of an object property',
      '[a]\n',
      '[a]\n[constructor]\nk=1\n',
      '[a]\n[x]\n',
      '[a]\n[x]\n[constructor]\nk=1\n',
    ],
    [
      'a second [DEFAULT]',
      '[DEFAULT]\nk=1\n[a]\n',
      '[DEFAULT]\nk=2\n[a]\n[DEFAULT]\nl=3\n',
      '[DEFAULT]\nk=1\n[a]\n[x]\n',
      '[DEFAULT]\nk=2\n[a]\n[DEFAULT]\nl=3\n[x]\n',
    ],
  ])('is made again in our version: %s', (_what, base, theirs, current, expected) => {
    expect(merge(base, theirs, current)).toBe(expected)
  })

  it('of the same lines as ours is a conflict: the file stays as it is, with the rest of the change', () => {
    const merged = merge('[a]\nk=1\n[b]\nk=1\n', '[a]\nk=2\n[b]\nk=2\n', '[a]\nk=3\n[b]\nk=1\n')
    expect(merged).toEqual({ conflicts: ['a'], text: '[a]\nk=3\n[b]\nk=2\n' })
  })

  it('to a session section is made so that a logout gives the original bytes back', () => {
    for (const base of ['[a]\nk=1\n', '[a]\nk=1', '[a]\r\nk=1\r\n\r\n', '']) {
      const added = sectionChanges(parse(base), parse(ours(base, 'NEW')))
      for (const current of ['[x]\nk=1\n', '[x]\nk=1', '[a]\nk=2\n\n[x]\n']) {
        const { document } = applyChanges(parse(current), added)
        expect(readSession(document, 'a-mfa').kind).toBe('ours')
        expect(loggedOutOf(document).text).toBe(current)
        const removed = sectionChanges(parse(ours(base, 'NEW')), parse(base))
        expect(applyChanges(document, removed).document.text).toBe(current)
      }
    }
  })

  it('around our lines in a session section keeps both', () => {
    const base = ours('[a]\nk=1\n', 'OLD')
    const theirs = `${base}# the prod account\noutput = json\n`
    expect(merge(base, theirs, ours(base, 'NEW'))).toBe(ours(theirs, 'NEW'))
  })

  it('that adds a setting which we have just written is a conflict, and nobody’s line is lost', () => {
    const base = ours('[a]\nk=1\n', 'OLD')
    const current = ours(base, 'OLD', new Map([['output', 'json']]))
    expect(merge(base, `${base}output = text\n`, current)).toEqual({ conflicts: ['a-mfa'], text: current })
    const theirs = `${base}retry_mode = legacy\n`
    expect(merge(base, theirs, current)).toBe(`${current}retry_mode = legacy\n`)
  })

  it.each(['NEW', 'OLD'])(
    'at the end of a session section keeps what we had below it (session %s)',
    (key) => {
      const base = ours('[a]\nk=1\n', 'OLD')
      expect(merge(base, `${base}# theirs\n`, `${ours(base, key)}# of a third program\n`)).toBe(
        `${ours(base, key)}# of a third program\n# theirs\n`,
      )
    },
  )

  it('to a session section that has ended leaves it so, and keeps the comment', () => {
    const base = `${ours('[a]\nk=1\n', 'OLD')}# one\n`
    const loggedOut = '[a]\nk=1\n# one\n'
    expect(loggedOutOf(parse(base)).text).toBe(loggedOut)
    expect(merge(base, `${base}# two\n`, loggedOut)).toBe(`${loggedOut}# two\n`)
    expect(merge(base, `${base}# two\n`, `${loggedOut}\n[b]\n`)).toBe('[a]\nk=1\n# one\n\n[b]\n# two\n')
    expect(merge(base, `${base}output = json\n`, loggedOut)).toMatch('[a-mfa]\n# one\noutput = json\n')
  })

  it('that ends a session section keeps the comments below it, once', () => {
    const base = `${ours('[a]\nk=1\n', 'OLD')}# one\n`
    const loggedOut = loggedOutOf(parse(base)).text
    expect(merge(base, loggedOut, base)).toBe(loggedOut)
    expect(merge(base, '[a]\nk=1\n', base)).toBe(loggedOut)
  })

  it.each<[string, string, string, string, string]>([
    ['before the first section', '[a]\n', '# theirs\n[a]\n', '# ours\n[a]\n', '# ours\n# theirs\n[a]\n'],
    ['in an empty file', '', '# theirs\n', '# ours\n', '# ours\n# theirs\n'],
    ['of a section that both made', '[a]\n', '[a]\n[b]\nk=1\n', '[a]\n[b]\nl=1\n', '[a]\n[b]\nl=1\nk=1\n'],
    ['in part of the same lines', '[a]\n', '[a]\nk=1\nm=1\n', '[a]\nk=1\nl=1\n', '[a]\nk=1\nl=1\nm=1\n'],
  ])('is made beside ours, where both only add lines: %s', (_what, base, theirs, current, expected) => {
    expect(merge(base, theirs, current)).toBe(expected)
  })

  it('of our lines in a session section is a conflict: what was just issued stays', () => {
    const base = ours('[a]\nk=1\n', 'OLD')
    const theirs = ours(base, 'OTHER')
    expect(merge(base, theirs, ours(base, 'NEW'))).toEqual({ conflicts: ['a-mfa'], text: ours(base, 'NEW') })
  })

  it('that would make AWS tools reject the section is a conflict, and one that is rejected by itself is refused', () => {
    expect(merge('[a]\nk=1\n', '[a]\nk=1\nl=2\n', '[a]\nk=1\nl=3\n')).toMatchObject({ conflicts: ['a'] })
    expect(() => merge('[a]\nk=1\n', '[a]\nk=1\n[b]\nrubbish\n', '[a]\nk=1\n[x]\n')).toThrow(
      expect.objectContaining({ code: 'file.rejected-by-aws' }),
    )
  })
})

it('is not taken for made where a line of a third program is missing', () => {
  const base = ours('[a]\nk=1\n', 'OLD')
  const changes = sectionChanges(parse(base), parse(`${base}# theirs\n`))
  const current = parse(`${base}# of a third program\n`)
  expect(differsOnlyBy(current, parse(`${base}# theirs\n`), changes)).toBe(false)
  expect(differsOnlyBy(current, parse(`${current.text}# theirs\n`), changes)).toBe(true)
})

it.each(['latin1', 'utf8'] as const)('keeps every byte of a file in %s', (encoding) => {
  const read = (text: string) => parseDocument(Buffer.from(text, encoding))
  const changes = sectionChanges(read('[a]\n# é\nk=1\n'), read('[a]\n# é\nk=2\n[b]\nk=ü\n'))
  const { document } = applyChanges(read('# ñ\n[a]\n# é\nk=1\n[x]\nk=9\n'), changes)
  const merged = '# ñ\n[a]\n# é\nk=2\n[x]\nk=9\n[b]\nk=ü\n'
  expect(Buffer.from(encode(document))).toEqual(Buffer.from(merged, encoding))
})

it('takes the sections of any file apart without losing a character', () => {
  fc.assert(
    fc.property(iniFile, (bytes) => {
      const document = parseDocument(bytes)
      expect([...sectionTexts(document).values()].join('')).toBe(document.text)
    }),
  )
})

describe('for any two files', () => {
  const line = fc.constantFrom('k=1', 'k=2', 'l=1', '# note', '', 'm = x y')
  const section = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    lines: fc.uniqueArray(line, { maxLength: 3 }),
  })
  const file = fc
    .tuple(
      fc.uniqueArray(section, { selector: ({ name }) => name, maxLength: 4 }),
      fc.constantFrom('', '\n', '\n\n'),
    )
    .map(([sections, end]) => {
      const texts = sections.map(({ name, lines }) => [`[${name}]`, ...lines].join('\n'))
      return texts.join('\n') + end
    })
    .filter((text) => !parse(text).findings.some(({ rejectsFile }) => rejectsFile))

  it('the change from one to the other, made in the first, gives the other, blank lines aside', () => {
    fc.assert(
      fc.property(file, file, (base, theirs) => {
        const { document, conflicts } = applyChanges(parse(base), sectionChanges(parse(base), parse(theirs)))
        expect(conflicts).toEqual([])
        expect(sectionChanges(document, parse(theirs))).toEqual([])
      }),
    )
  })

  it('no change changes nothing, to the byte', () => {
    fc.assert(
      fc.property(file, file, (base, current) => {
        const changes = sectionChanges(parse(base), parse(base))
        expect(applyChanges(parse(current), changes).document.text).toBe(current)
      }),
    )
  })

  it('comments that both added are all there, also around a session that we renewed or ended meanwhile', () => {
    const comments = fc.array(fc.nat(20), { maxLength: 4 })
    const withComments = (text: string, positions: readonly number[], of: string) => {
      const lines = text.split('\n')
      for (const [index, at] of positions.entries())
        lines.splice(Math.min(at, lines.length), 0, `# ${of} ${index}`)
      return lines.join('\n')
    }
    const ourEdits = fc.constantFrom(
      (text: string) => text,
      (text: string) => ours(text, 'NEW'),
      (text: string) => loggedOutOf(parse(text)).text,
    )
    fc.assert(
      fc.property(file, fc.boolean(), comments, comments, ourEdits, (plain, hasSession, one, other, edit) => {
        const base = hasSession ? ours(plain, 'OLD') : plain
        const current = edit(withComments(base, one, 'ours'))
        const merged = merge(base, withComments(base, other, 'theirs'), current)
        expect(readSession(parse(String(merged)), 'a-mfa')).toMatchObject({
          kind: readSession(parse(current), 'a-mfa').kind,
        })
        expect(String(merged).includes('NEW')).toBe(current.includes('NEW'))
        const lines = String(merged).split('\n')
        for (const [index] of one.entries()) expect(lines).toContain(`# ours ${index}`)
        for (const [index] of other.entries()) expect(lines).toContain(`# theirs ${index}`)
      }),
      { numRuns: 1000 },
    )
  })

  it('no section that only one side touched is lost or altered', () => {
    fc.assert(
      fc.property(file, file, file, (base, theirs, current) => {
        const changes = sectionChanges(parse(base), parse(theirs))
        const changed = new Set(changes.map(({ name }) => name))
        let merged: ReturnType<typeof applyChanges>
        try {
          merged = applyChanges(parse(current), changes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'file.rejected-by-aws' })
          return
        }
        const [was, found, hasNow] = [base, theirs, current].map((text) => sectionTexts(parse(text)))
        const now = sectionTexts(merged.document)
        const trim = (text?: string) => text?.replace(/[\r\n]*$/, '')
        for (const name of ['a', 'b', 'c', 'd']) {
          if (!changed.has(name)) expect(trim(now.get(name)), name).toBe(trim(hasNow?.get(name)))
          else if (trim(hasNow?.get(name)) === trim(was?.get(name)))
            expect(trim(now.get(name)), name).toBe(trim(found?.get(name)))
        }
      }),
    )
  })
})
