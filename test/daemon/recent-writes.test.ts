// Which of our writes another program has undone, on a clock that the test sets.

import { beforeEach, describe, expect, it } from 'vitest'
import { parseDocument } from '../../src/core/document.ts'
import { createRecentWrites, type RecentWrites } from '../../src/daemon/recent-writes.ts'

const parse = (text: string) => parseDocument(Buffer.from(text))
let nowMs: number
let recent: RecentWrites

beforeEach(() => {
  nowMs = 1_800_000_000_000
  recent = createRecentWrites(() => new Date(nowMs))
})
const note = (before: string, after: string) => recent.note(parse(before), parse(after))
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

  it('when its section holds something new: that is believed, and so is what comes after it', () => {
    note(first, second)
    expect(undone(`${base}[a-mfa]\nt=3\n`)).toEqual([])
    expect(undone(first)).toEqual([])
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
    expect(undone(first)).toHaveLength(1)
    note(first, second)
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

it('tells a change that only brings back what was replaced', () => {
  note(first, second)
  const change = (to: string | undefined) => ({ name: 'a-mfa', from: undefined, to, followers: [] })
  expect(recent.isStale(change('[a-mfa]\nt=1\n'))).toBe(true)
  expect(recent.isStale(change('[a-mfa]\nt=2\n'))).toBe(false)
  expect(recent.isStale(change('[a-mfa]\nt=3\n'))).toBe(false)
  expect(recent.isStale({ ...change('[a-mfa]\nt=1\n'), name: 'b-mfa' })).toBe(false)
  nowMs += 60_001
  expect(recent.isStale(change('[a-mfa]\nt=1\n'))).toBe(false)
})
