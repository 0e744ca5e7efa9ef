// Which of our writes another program has undone, on a clock that the test sets.

import { beforeEach, describe, expect, it } from 'vitest'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { createRecentWrites, type RecentWrites, type WriteKind } from '../../../src/core/writes/ledger.ts'

const parse = (text: string) => parseDocument(Buffer.from(text))
let nowMs: number
let recent: RecentWrites

beforeEach(() => {
  nowMs = 1_800_000_000_000
  recent = createRecentWrites(() => new Date(nowMs))
})
const note = (before: string, after: string, kind: WriteKind = 'sessions') =>
  recent.note(parse(before), parse(after), kind)
const undone = (text: string) => recent.undone(parse(text)).map(({ name, to }) => [name, to])

const base = '[a]\nk=1\n'
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

describe('a write that was made once more', () => {
  const insist = () => {
    const found = recent.undone(parse(first))
    expect(found).toHaveLength(1)
    recent.noteMadeAgain(found)
  }

  it('is insisted on for 5 s: a program that writes all the time is outlasted, a person is believed', () => {
    note(first, second)
    insist()
    nowMs += 5000
    insist()
    nowMs += 5001
    expect(undone(first)).toEqual([])
  })

  it('is insisted on eight times', () => {
    note(first, second)
    for (let time = 0; time < 8; time++) insist()
    insist()
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
    recent = createRecentWrites(() => new Date(nowMs))
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
  const settle = (text: string) => recent.settle(['a-mfa'], parse(text))

  it('is not brought back when it was to be removed', () => {
    note(base, first)
    settle(base)
    expect(undone(base)).toEqual([])
    expect(undone(first)).toEqual([['a-mfa', undefined]])
  })

  it('is not removed when it was to be there', () => {
    note(first, base)
    settle(first)
    expect(undone(first)).toEqual([])
    expect(undone(base)).toEqual([['a-mfa', '[a-mfa]\nt=1\n']])
  })

  it('is none of our business when we had not written it', () => {
    settle(base)
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
  const change = (to: string | undefined) => ({ name: 'a-mfa', from: undefined, to, lead: '', followers: [] })
  expect(recent.isStale(change('[a-mfa]\nt=1\n'))).toBe(true)
  expect(recent.isStale(change('[a-mfa]\nt=2\n'))).toBe(false)
  expect(recent.isStale(change('[a-mfa]\nt=3\n'))).toBe(false)
  expect(recent.isStale({ ...change('[a-mfa]\nt=1\n'), name: 'b-mfa' })).toBe(false)
  nowMs += 60_001
  expect(recent.isStale(change('[a-mfa]\nt=1\n'))).toBe(false)
})
