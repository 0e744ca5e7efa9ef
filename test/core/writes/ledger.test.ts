// Which of our writes another program has undone, and which of them are restored, on a clock that the test sets.

import { beforeEach, describe, expect, it } from 'vitest'
import { parseDocument } from '../../../src/core/document/parse.ts'
import {
  emptyLedger,
  isStale,
  type Ledger,
  noteMeant,
  noteRestored,
  noteWritten,
  type WriteKind,
} from '../../../src/core/writes/ledger.ts'
import { planRestores } from '../../../src/core/writes/plan-writes.ts'
import { sessionOf } from '../../support/profiles.ts'

const parse = (text: string) => parseDocument(Buffer.from(text))
const keysOf = (name: string, accessKeyId = 'AKIAIOSFODNN7EXAMPLE') =>
  `[${name}]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=secret\n`
const sources = new Map([
  [
    'a-mfa',
    {
      profile: 'a',
      keys: { kind: 'files' as const, accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    },
  ],
])
let nowMs: number
let ledger: Ledger

beforeEach(() => {
  nowMs = 1_800_000_000_000
  ledger = emptyLedger
})
const now = () => new Date(nowMs)
const note = (before: string, after: string, kind: WriteKind = 'sessions') => {
  ledger = noteWritten(ledger, parse(before), parse(after), kind, sources, now())
}
const planFor = (text: string, config = '') =>
  planRestores({ credentials: parse(text), config: parse(config) }, ledger, now())
const undone = (text: string) => planFor(text).restore.map(({ name, to }) => [name, to])

const base = keysOf('a')
const first = `${base}[a-mfa]\nt=1\n`
const second = `${base}[a-mfa]\nt=2\n`

describe('a write of ours is undone', () => {
  it('when what it replaced is back', () => {
    note(first, second)
    expect(undone(first)).toEqual([['a-mfa', '[a-mfa]\nt=2\n']])
  })

  it('when its section is gone while others stand', () => {
    note(first, second)
    expect(undone(base)).toEqual([['a-mfa', '[a-mfa]\nt=2\n']])
  })

  it('when a section that it removed is back', () => {
    note(first, base)
    expect(undone(first)).toEqual([['a-mfa', undefined]])
  })

  it('when what one of several writes replaced is back', () => {
    note(base, first)
    note(first, second)
    expect(undone(base)).toEqual([['a-mfa', '[a-mfa]\nt=2\n']])
    expect(undone(first)).toEqual([['a-mfa', '[a-mfa]\nt=2\n']])
  })

  it('also in a file that has changed elsewhere, up to 60 s later, and when the clock was set back', () => {
    note(first, second)
    nowMs += 60_000
    expect(undone(`# note\n${first}[new]\n`)).toHaveLength(1)
    nowMs -= 90_000
    expect(undone(first)).toHaveLength(1)
  })
})

describe('a write of ours is not undone', () => {
  it('while it stands, blank lines aside', () => {
    note(first, second)
    expect(undone(`${second}\n\n`)).toEqual([])
  })

  it('when its section holds something new: that is believed', () => {
    note(first, second)
    expect(undone(`${base}[a-mfa]\nt=3\n`)).toEqual([])
  })

  it('when the whole file is empty or gone', () => {
    note(first, second)
    expect(undone('')).toEqual([])
  })

  it('after 60 s', () => {
    note(first, second)
    nowMs += 60_001
    expect(undone(first)).toEqual([])
  })
})

describe('a write that was restored', () => {
  const restore = () => {
    const found = planFor(first).restore
    expect(found).toHaveLength(1)
    ledger = noteRestored(
      ledger,
      found.map(({ written, from }) => ({ written, found: from })),
      now(),
    )
  }

  it('is restored again for 5 s: a program that writes all the time is outlasted, a person is believed', () => {
    note(first, second)
    restore()
    nowMs += 5000
    restore()
    nowMs += 5001
    expect(undone(first)).toEqual([])
  })

  it('is restored again eight times', () => {
    note(first, second)
    for (let time = 0; time < 8; time++) restore()
    restore()
    expect(undone(first)).toEqual([])
  })
})

describe("another program's late edit that was merged is undone", () => {
  const text = (...lines: number[]) => `${base}[b]\n${lines.map((line) => `k${line}=1\n`).join('')}`
  const merge = (...added: [number[], number[]]) => note(text(...added[0]), text(...added[1]), 'merge')

  it('when that program writes its section without it, and more of its own', () => {
    merge([1], [1, 2])
    expect(undone(text(1, 3))).toEqual([['b', '[b]\nk1=1\nk2=1\n']])
    expect(undone(text(1, 2, 3))).toEqual([])
  })

  it('each for itself, whatever that program has written between them', () => {
    merge([1], [1, 2])
    merge([1, 2, 3], [1, 2, 3, 4])
    expect(undone(text(1, 2, 3, 5))).toHaveLength(1)
    expect(undone(text(1, 3, 5))).toHaveLength(2)
  })

  it('when the section that it added is gone, or the one that it removed is back', () => {
    note(base, text(1), 'merge')
    expect(undone(`${base}[c]\n`)).toEqual([['b', '[b]\nk1=1\n']])
    ledger = emptyLedger
    note(text(1), base, 'merge')
    expect(undone(text(1))).toEqual([['b', undefined]])
  })

  it('and thousands of them make no session forgotten', () => {
    note(first, second)
    for (let line = 1; line < 3000; line++) merge([line], [line, line + 1])
    expect(undone(`${first}[b]\nk3000=1\n`)).toContainEqual(['a-mfa', '[a-mfa]\nt=2\n'])
  })

  it('and a session that is missing in what was merged is ours all the same', () => {
    note(first, second)
    note(second, `${base}[c]\nk=1\n`, 'merge')
    expect(undone(`${base}[c]\nk=1\n`)).toEqual([['a-mfa', '[a-mfa]\nt=2\n']])
  })

  it('but not when the same line holds something new', () => {
    note(`${base}[b]\nk=1\n`, `${base}[b]\nk=2\n`, 'merge')
    expect(undone(`${base}[b]\nk=3\n`)).toEqual([])
    expect(undone(`${base}[b]\nk=1\nl=1\n`)).toHaveLength(1)
  })
})

describe('a session section that another program had already made what we want', () => {
  const meant = (text: string) => {
    ledger = noteMeant(ledger, sources, parse(text), now())
  }

  it('is not brought back when it was to be removed', () => {
    note(base, first)
    meant(base)
    expect(undone(base)).toEqual([])
    expect(undone(first)).toEqual([['a-mfa', undefined]])
  })

  it('is not removed when it was to be there', () => {
    note(first, base)
    meant(first)
    expect(undone(first)).toEqual([])
    expect(undone(base)).toEqual([['a-mfa', '[a-mfa]\nt=1\n']])
  })

  it('is none of our business when we had not written it', () => {
    meant(base)
    expect(undone(first)).toEqual([])
  })
})

it("the user's own edits of a session section are believed, also where one takes back what we had written around", () => {
  const noted = '[a-mfa]\n# note\nt=1\n'
  note(base, first)
  note(`${base}${noted}region = us\n`, `${base}${noted}region = eu\n`)
  expect(undone(first)).toEqual([])
})

it('tells a change that only brings back what was replaced', () => {
  note(first, second)
  const stale = (change: Parameters<typeof isStale>[1]) => isStale(ledger, change, now())
  const change = (to: string | undefined) => ({ name: 'a-mfa', from: undefined, to, lead: '', followers: [] })
  expect(stale(change('[a-mfa]\nt=1\n'))).toBe(true)
  expect(stale(change('[a-mfa]\nt=2\n'))).toBe(false)
  expect(stale(change('[a-mfa]\nt=3\n'))).toBe(false)
  expect(stale({ ...change('[a-mfa]\nt=1\n'), name: 'b-mfa' })).toBe(false)
  nowMs += 60_001
  expect(stale(change('[a-mfa]\nt=1\n'))).toBe(false)
})

describe('what lost the keys it was made from is let go:', () => {
  it('another access key stands in its profile', () => {
    note(base, first)
    expect(planFor(`${keysOf('a', 'AKIAI44QH8DHBEXAMPLE')}[b]\nk=1\n`)).toMatchObject({
      restore: [],
      lost: [{ name: 'a-mfa' }],
    })
  })

  it('another secret does', () => {
    note(base, first)
    expect(planFor(`${base.replace('=secret', '=other')}[b]\nk=1\n`).restore).toEqual([])
  })

  it('its profile is gone', () => {
    note(base, first)
    expect(planFor('[b]\nk=1\n').restore).toEqual([])
  })

  it('but not where the keys stand in the config file', () => {
    note('[c]\nk=1\n', '[c]\nk=1\n[a-mfa]\nt=1\n')
    expect(planFor('[c]\nk=1\n', base.replace('[a]', '[profile a]')).restore).toHaveLength(1)
  })

  it('and a session that was removed goes again wherever its old text is back', () => {
    note(first, base)
    expect(planFor('[b]\nk=1\n[a-mfa]\nt=1\n').restore).toHaveLength(1)
  })

  it("an edit of another program's does not follow into a file with other keys", () => {
    note(base, `${base}[b]\nk=1\n`, 'merge')
    expect(planFor(`${base}[c]\nk=1\n`).restore).toHaveLength(1)
    expect(planFor(`${keysOf('a', 'AKIAI44QH8DHBEXAMPLE')}[c]\nk=1\n`).restore).toEqual([])
    expect(planFor('[other]\nk=1\n').restore).toEqual([])
  })

  it('nor does an edit of the section that has other keys now', () => {
    note(base, `${base}region=x\n`, 'merge')
    expect(planFor(`${base}output=json\n[c]\n`).restore).toHaveLength(1)
    expect(planFor(`${keysOf('a', 'AKIAI44QH8DHBEXAMPLE')}output=json\n[c]\n`).restore).toEqual([])
  })
})

it('a stale copy with one line added does not bring a logged-out session back', () => {
  const session = sessionOf('a-mfa', '2027-01-15T10:00:00Z')
  note(`${base}${session}`, base)
  const found = planFor(`${base}${session}# added by another program\n`).restore
  expect(found.map(({ name, to }) => [name, to])).toEqual([['a-mfa', undefined]])
})

it('a comment in our section is no other session', () => {
  const session = sessionOf('a-mfa', '2027-01-15T10:00:00Z')
  note(base, `${base}${session}`)
  expect(undone(`${base}${session}# mine\n`)).toEqual([])
})

describe("an edit of the user's own section", () => {
  const saved = `${base}mfa_serial=m\n`
  const other = '[other]\nk=v\n'

  it('is made once more, for 5 s, where exactly what it replaced is back', () => {
    note(base + other, saved + other, 'edit')
    expect(undone(base + other)).toEqual([['a', saved]])
    nowMs += 5001
    expect(undone(base + other)).toEqual([])
  })

  it('is made once more where a header that it took away is back', () => {
    note(base + other, keysOf('a-long-term') + other, 'edit')
    expect(undone(base + other)).toEqual([
      ['a-long-term', keysOf('a-long-term')],
      ['a', undefined],
    ])
  })

  it('is not, where something else stands there, or another account', () => {
    note(base + other, saved + other, 'edit')
    expect(undone(`${base}mfa_serial=n\n${other}`)).toEqual([])
    expect(undone(other)).toEqual([])
    expect(undone(keysOf('a', 'AKIAI44QH8DHBEXAMPLE') + other)).toEqual([])
  })

  it('is made once more where the access key that it replaced is back', () => {
    const rotated = keysOf('a', 'AKIAI44QH8DHBEXAMPLE')
    note(base + other, rotated + other, 'edit')
    expect(undone(base + other)).toEqual([['a', rotated]])
    expect(undone(base + keysOf('other', 'AKIAI44QH8DHBEXAMPLE'))).toEqual([['a', rotated]])
    note(rotated + other, rotated + keysOf('other'), 'sessions')
    expect(undone(base + keysOf('other', 'AKIAI44QH8DHBEXAMPLE'))).toEqual([])
  })

  it('of two sections is made once more as a whole or not at all', () => {
    note(base + other, keysOf('a-long-term') + other, 'edit')
    expect(undone(`${base}region=x\n${other}`)).toEqual([])
    expect(undone(base)).toEqual([])
  })

  it('is our last word: an edit before it does not count any more', () => {
    note(base + other, saved + other, 'edit')
    note(saved + other, base + other, 'edit')
    expect(undone(base + other)).toEqual([])
    expect(undone(saved + other)).toEqual([['a', base]])
  })
})
