// What other programs do to the credentials file around the instant of a replacement, on the real file system and with
// real descriptors: opened before and written after, renamed into place between our last look and our rename.

import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { readAcl } from '../../../../src/edges/files/disk/acl.ts'
import { witnessRenames } from '../../../../src/edges/files/late/rename-witness.ts'
import {
  createFileStore,
  type FileStore,
  type FileStoreDeps,
  type Update,
} from '../../../../src/edges/files/store.ts'
import { until } from '../../../support/until.ts'

let home: string
let path: string
let store: FileStore

beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'mfad-late-')))
  path = join(home, '.aws', 'credentials')
  fs.mkdirSync(dirname(path), { mode: 0o700 })
  fs.writeFileSync(path, 'old\n', { mode: 0o600 })
  store = storeOf()
})
afterEach(async () => {
  await store.close()
  fs.rmSync(home, { recursive: true, force: true })
})

const storeOf = (changes: Partial<FileStoreDeps> = {}) =>
  createFileStore({
    fs,
    path,
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    randomName: () => Math.random().toString(36).slice(2),
    isAlive: () => false,
    stateDirectory: join(home, 'state'),
    witnessRenames,
    readAcl,
    ...changes,
  })

const content = () => fs.readFileSync(path, 'utf8')
const names = () => fs.readdirSync(dirname(path))
const keptNames = () => names().filter((name) => name.endsWith('.old'))
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

/** Adds our line, also to what was written late. */
const adding: Update = {
  edit: (before) => Buffer.from(`${text(before).replace('ours\n', '')}ours\n`),
  verify: () => undefined,
  async merge({ after }) {
    await store.update({ ...adding, edit: () => adding.edit(after) })
  },
}

describe('a program that opened the file before it was replaced', () => {
  it('and appends after it finds its line in the new file', async () => {
    const descriptor = fs.openSync(path, 'a')
    await store.update(adding)
    expect([content(), keptNames().length]).toEqual(['old\nours\n', 1])
    fs.writeSync(descriptor, 'theirs\n')
    fs.closeSync(descriptor)
    await untilContent('old\ntheirs\nours\n')
  })

  it('and writes it anew, first emptying it, finds its text in the new file, which is never empty', async () => {
    const descriptor = fs.openSync(path, 'r+')
    await store.update(adding)
    fs.ftruncateSync(descriptor)
    await pause(100)
    expect(content()).toBe('old\nours\n')
    fs.writeSync(descriptor, 'theirs\n', 0)
    fs.closeSync(descriptor)
    await untilContent('theirs\nours\n')
  })

  it('and goes on writing finds all of it, however short the pauses', { timeout: 20_000 }, async () => {
    const descriptor = fs.openSync(path, 'a')
    await store.update(adding)
    for (let line = 0; line < 50; line++) {
      fs.writeSync(descriptor, `${line}\n`)
      await pause(70)
    }
    fs.closeSync(descriptor)
    const lines = Array.from({ length: 50 }, (_, line) => `${line}\n`).join('')
    await untilContent(`old\n${lines}ours\n`)
    expect(store.warnings()).toEqual([])
  })

  it('and writes only when mfad is about to end finds its line, too', async () => {
    const descriptor = fs.openSync(path, 'a')
    await store.update(adding)
    fs.writeSync(descriptor, 'theirs\n')
    fs.closeSync(descriptor)
    await store.close()
    expect([content(), names()]).toEqual(['old\ntheirs\nours\n', ['credentials']])
  })

  it('and wrote what cannot be merged has it kept beside the file, and named', async () => {
    const descriptor = fs.openSync(path, 'a')
    const merge = () => Promise.reject(new AppError('file.edit-conflict', 'both changed [x]', 'compare'))
    await store.update({ ...adding, merge })
    fs.writeSync(descriptor, 'theirs\n')
    fs.closeSync(descriptor)
    await store.close()
    expect(content()).toBe('old\nours\n')
    const [kept = ''] = keptNames()
    expect(fs.readFileSync(join(dirname(path), kept), 'utf8')).toBe('old\ntheirs\n')
    expect(store.warnings()).toEqual([
      {
        code: 'file.edit-kept',
        message: `what another program wrote while mfad replaced ${path} is in ${join(dirname(path), kept)} and not in the file (both changed [x])`,
        hint: `compare, take over what is missing, then remove it: diff ${join(dirname(path), kept)} ${path}`,
      },
    ])
    fs.unlinkSync(join(dirname(path), kept))
    expect(store.warnings()).toEqual([])
  })
})

describe('by a clock that the test moves,', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime'] })
    store = storeOf({ witnessRenames: () => undefined })
  })
  afterEach(() => vi.useRealTimers())

  const stepMs = 5
  /** The disk goes at its own pace. */
  async function pass(ms: number, eachStep: (passedMs: number) => void = () => undefined): Promise<void> {
    for (let passedMs = stepMs; passedMs <= ms; passedMs += stepMs) {
      vi.advanceTimersByTime(stepMs)
      eachStep(passedMs)
      await nextTurn()
    }
  }
  async function passUntil(isSo: () => boolean): Promise<void> {
    while (!isSo()) await pass(stepMs)
  }

  it('the old file is forgotten 2 s after nobody has written there', async () => {
    await store.update(adding)
    await pass(1900)
    expect(keptNames()).toHaveLength(1)
    await pass(200)
    expect(names()).toEqual(['credentials'])
  })

  it('who writes there twice finds both, also long after the first', async () => {
    const descriptor = fs.openSync(path, 'a')
    await store.update(adding)
    fs.writeSync(descriptor, '1\n')
    await passUntil(() => content() === 'old\n1\nours\n')
    await pass(1900)
    fs.writeSync(descriptor, '2\n')
    fs.closeSync(descriptor)
    await passUntil(() => content() === 'old\n1\n2\nours\n')
  })

  it('who never stands still for 10 s has the old file kept and named', async () => {
    const descriptor = fs.openSync(path, 'a')
    await store.update(adding)
    const write = (passedMs: number) => {
      if (passedMs % 10 === 0) fs.writeSync(descriptor, 'x\n')
    }
    await pass(9900, write)
    expect([content(), store.warnings()]).toEqual(['old\nours\n', []])
    await pass(200, write)
    fs.closeSync(descriptor)
    const [kept = ''] = keptNames()
    expect(fs.readFileSync(join(dirname(path), kept), 'utf8')).toBe(`old\n${'x\n'.repeat(1010)}`)
    expect(store.warnings()).toMatchObject([
      { code: 'file.edit-kept', message: expect.stringContaining(kept) },
    ])
  })

  it('who empties it and dies has emptied nothing, which is waited for no longer than 3 s at the end', async () => {
    const descriptor = fs.openSync(path, 'r+')
    await store.update(adding)
    fs.ftruncateSync(descriptor)
    fs.closeSync(descriptor)
    let isClosed = false
    const closed = store.close().then(() => {
      isClosed = true
    })
    await pass(2900)
    expect(isClosed).toBe(false)
    await pass(200)
    expect(isClosed).toBe(true)
    await closed
    expect([content(), names(), store.warnings()]).toEqual(['old\nours\n', ['credentials'], []])
  })

  it('a merge is waited for no longer than 5 s at the end', async () => {
    const descriptor = fs.openSync(path, 'a')
    await store.update({ ...adding, merge: () => new Promise<void>(() => undefined) })
    fs.writeSync(descriptor, 'theirs\n')
    fs.closeSync(descriptor)
    let isClosed = false
    const closed = store.close().then(() => {
      isClosed = true
    })
    await pass(4900)
    expect(isClosed).toBe(false)
    await pass(200)
    expect(isClosed).toBe(true)
    await closed
    expect(fs.readFileSync(join(dirname(path), keptNames()[0] ?? ''), 'utf8')).toBe('old\ntheirs\n')
    store = storeOf()
  })
})

it('follows many replacements at a time, and closes what it opened', async () => {
  const descriptors = () => fs.readdirSync('/proc/self/fd').length
  const before = descriptors()
  const numbers = Array.from({ length: 400 }, (_, index) => index)
  for (const index of numbers) {
    await store.update({ ...adding, edit: (old) => Buffer.from(`${text(old)}${index}\n`) })
  }
  expect(keptNames().length).toBeLessThanOrEqual(260)
  await store.close()
  expect([names(), descriptors()]).toEqual([['credentials'], before])
  expect(content()).toBe(`old\n${numbers.map((index) => `${index}\n`).join('')}`)
}, 30_000)

describe('a program that renames a file of its own into place', () => {
  /** At the moment before or after our link: a foreign file takes the place. */
  const intruding = (moment: 'before-link' | 'after-link', andThen = () => undefined as unknown) => {
    let isDone = false
    const intrude = () => {
      if (isDone) return
      isDone = true
      fs.writeFileSync(join(home, 'foreign'), 'foreign\n', { mode: 0o600 })
      fs.renameSync(join(home, 'foreign'), path)
      andThen()
    }
    return storeOf({
      fs: {
        ...fs,
        linkSync(from, to) {
          if (moment === 'before-link') intrude()
          fs.linkSync(from, to)
          if (moment === 'after-link') intrude()
        },
      },
    })
  }

  it('after our last look and before our link has its text merged', async () => {
    store = intruding('before-link')
    const { warnings } = await store.update(adding)
    await untilContent('foreign\nours\n')
    expect([warnings, store.warnings()]).toEqual([[], []])
  })

  it('between our link and our rename loses its text, and this is said, in the answer and in the status', async () => {
    store = intruding('after-link')
    const { warnings } = await store.update(adding)
    expect(content()).toBe('old\nours\n')
    expect(warnings).toEqual([
      {
        code: 'file.foreign-edit-lost',
        message: expect.stringMatching(/^an edit of \S+ by other programs fell .* and is lost: 20[-\dT:]+Z$/),
        hint: 'look for what they should have changed, and do it once more',
      },
    ])
    expect(store.warnings()).toEqual(warnings)
  })

  it('there, and one that then writes to the other file, are both counted', async () => {
    store = intruding('after-link', () => fs.appendFileSync(path, 'more\n'))
    const { lostEdits } = await store.update(adding)
    expect([lostEdits, content()]).toEqual([2, 'old\nours\n'])
    expect(store.warnings()).toMatchObject([{ message: expect.stringMatching(/^2 edits of .* are lost/) }])
  })
})

describe('after a crash', () => {
  const hash = '9f0ac0a1e3c0f2f5a4a7de2d4f3f5b3b9df1ce9a5f7a2cb5ad4e2b8ea7a1a3cf'

  it('a kept file that nobody wrote to is removed', async () => {
    await store.update(adding)
    const [kept = ''] = keptNames()
    const later = storeOf({ pid: process.pid + 1 })
    expect(await later.recover()).toEqual({ removed: [kept], isCompleted: false })
    expect([names(), later.warnings()]).toEqual([['credentials'], []])
  })

  it('a kept file that was written to stays, and is named', async () => {
    const kept = `.credentials.mfad-4711-x-${hash}.old`
    fs.writeFileSync(join(dirname(path), kept), 'theirs\n')
    expect(await store.recover()).toEqual({ removed: [], isCompleted: false })
    expect(names()).toEqual([kept, 'credentials'])
    expect(store.warnings()).toMatchObject([
      { code: 'file.edit-kept', message: expect.stringContaining(kept) },
    ])
  })

  it('a kept file that was emptied is removed: nothing is lost with it', async () => {
    const kept = `.credentials.mfad-4711-x-${hash}.old`
    fs.writeFileSync(join(dirname(path), kept), '')
    expect(await store.recover()).toEqual({ removed: [kept], isCompleted: false })
    expect([names(), store.warnings()]).toEqual([['credentials'], []])
  })

  it.each(['missing', 'empty'])('a kept file stays while the file itself is %s', async (what) => {
    await store.update(adding)
    const [kept = ''] = keptNames()
    if (what === 'missing') fs.unlinkSync(path)
    else fs.truncateSync(path)
    const later = storeOf({ pid: process.pid + 1 })
    expect((await later.recover()).removed).toEqual([])
    expect(fs.readFileSync(join(dirname(path), kept), 'utf8')).toBe('old\n')
    expect(later.warnings()).toMatchObject([{ code: 'file.edit-kept' }])
    fs.writeFileSync(path, 'old\n')
  })

  it('the kept file of a process that lives is left to it', async () => {
    const kept = `.credentials.mfad-4711-x-${hash}.old`
    fs.writeFileSync(join(dirname(path), kept), 'theirs\n')
    const other = storeOf({ isAlive: () => true })
    expect([await other.recover(), other.warnings()]).toEqual([{ removed: [], isCompleted: false }, []])
  })
})

const untilContent = (expected: string) => until(`the file holds ${expected}`, () => content() === expected)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
