// A file that is written where it stands, on the real file system: what an interrupted write leaves, in every way that it can
// be torn, what the next start makes of it, and what of a recovery copy that is none.

import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readAcl } from '../../../../src/edges/files/disk/acl.ts'
import { hashOf } from '../../../../src/edges/files/disk/bytes.ts'
import { recoveryPathOf } from '../../../../src/edges/files/disk/own-names.ts'
import { writeRecoveryCopy } from '../../../../src/edges/files/in-place/recovery-copy.ts'
import { createFileStore, type FileSystem } from '../../../../src/edges/files/store.ts'

const deadPid = 2 ** 22 + 1

let home: string
let path: string
let stateDirectory: string
let copy: string

beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'mfad-in-place-')))
  path = join(home, '.aws', 'credentials')
  stateDirectory = join(home, 'state', 'mfad')
  copy = recoveryPathOf(stateDirectory, deadPid, 'x')
  fs.mkdirSync(dirname(path), { mode: 0o700 })
})
afterEach(() => fs.rmSync(home, { recursive: true, force: true }))

const storeOf = (fileSystem: FileSystem = fs) =>
  createFileStore({
    fs: fileSystem,
    path,
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    randomName: () => Math.random().toString(36).slice(2),
    isAlive: (pid) => pid !== deadPid,
    stateDirectory,
    witnessRenames: () => undefined,
    readAcl,
  })
const bytesOf = (text: string) => Buffer.from(text)
const write = (content: string | Uint8Array, at = path) => fs.writeFileSync(at, content, { mode: 0o600 })
const content = (at = path) => fs.readFileSync(at, 'utf8')
const copies = () => (fs.existsSync(stateDirectory) ? fs.readdirSync(stateDirectory) : [])

/** What a killed process leaves: the file as it then was, and the copy made before. */
async function interrupt(before: Uint8Array, after: Uint8Array, found: Uint8Array): Promise<void> {
  write(found)
  fs.rmSync(copy, { force: true })
  await writeRecoveryCopy(fs, copy, { realPath: path, before, after })
}

/** After a write of which so many bytes got there. */
function torn(before: Uint8Array, after: Uint8Array, written: number): Buffer {
  const filled = Buffer.alloc(Math.max(before.length, after.length), '\n')
  filled.set(after)
  const start = filled.findIndex((byte, index) => byte !== before[index])
  return Buffer.concat([filled.subarray(0, start + written), before.subarray(start + written)])
}

const first = '[dev]\nkey = FIRST\n'
const writes: [what: string, before: string, after: string][] = [
  ['appends', first, `${first}[dev-mfa]\ntoken = NEW\n`],
  ['fills an empty file', '', first],
  ['removes what stands last', `${first}[dev-mfa]\ntoken = OLD\n`, first],
  ['empties the file', first, ''],
  ['is shorter in the middle', `${first}[a-mfa]\ntoken = OLD\n[b]\nkey = B\n`, `${first}[b]\nkey = B\n`],
  ['is longer in the middle', `${first}[b]\nkey = B\n`, `${first}[a-mfa]\ntoken = NEW\n[b]\nkey = B\n`],
  ['is as long', `${first}token = OLD1\n[b]\nx = y\n`, `${first}token = NEW2\n[b]\nx = y\n`],
]

describe.each(writes)('a write that %s, interrupted after any number of bytes,', (_what, old, later) => {
  const [before, after] = [bytesOf(old), bytesOf(later)]

  it('is completed by the next start', async () => {
    const most = Math.max(before.length, after.length)
    const seen = { completed: 0, untouched: 0 }
    for (let written = 0; written <= most; written++) {
      const found = torn(before, after, written)
      await interrupt(before, after, found)
      const { ino } = fs.statSync(path)
      const store = storeOf()
      const { isCompleted, removed } = await store.recover()
      const isWhole = found.equals(before) || found.equals(after)
      expect([isCompleted, removed.length, store.warnings()]).toEqual([!isWhole, 1, []])
      expect(content()).toBe(isWhole ? found.toString() : later)
      expect([fs.statSync(path).ino, copies()]).toEqual([ino, []])
      seen[isCompleted ? 'completed' : 'untouched']++
      if (found.equals(after)) break
    }
    expect(seen.untouched).toBeGreaterThan(0)
    expect(seen.completed).toBeGreaterThan(2)
  })
})

describe('a file of three pages, of which any have reached the disk,', () => {
  const page = 4096
  const fill = (letter: string) => Buffer.from(`${letter.repeat(page - 1)}\n`.repeat(3))
  const [before, after] = [fill('o'), fill('n')]

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('is made whole (%d)', async (pages) => {
    const found = Buffer.from(before)
    for (const at of [0, 1, 2]) {
      if (pages & (1 << at)) after.copy(found, at * page, at * page, (at + 1) * page)
    }
    await interrupt(before, after, found)
    expect(await storeOf().recover()).toMatchObject({ isCompleted: pages !== 0 && pages !== 7 })
    expect(fs.readFileSync(path).equals(pages === 0 ? before : after)).toBe(true)
    expect(copies()).toEqual([])
  })
})

describe('a file that another program has changed since is left as it is, and named:', () => {
  const before = bytesOf(`${first}[a-mfa]\ntoken = OLD\n[b]\nkey = B\n`)
  const after = bytesOf(`${first}[a-mfa]\ntoken = NEWER\n[b]\nkey = B\n`)
  const half = torn(before, after, 7).toString()
  const changes: [what: string, found: string | undefined][] = [
    ['it has appended', `${half}[theirs]\n`],
    ['it has written over a byte', half.replace('FIRST', 'first')],
    ['it has cut it short', half.slice(0, 20)],
    ['it has emptied it', ''],
    ['it has removed it', undefined],
  ]
  it.each(changes)('%s', async (_what, found) => {
    await interrupt(before, after, bytesOf(found ?? ''))
    if (found === undefined) fs.unlinkSync(path)
    const store = storeOf()
    expect(await store.recover()).toEqual({ removed: [], isCompleted: false })
    expect(fs.existsSync(path) ? content() : undefined).toBe(found)
    expect(store.warnings()).toEqual([
      {
        code: 'file.half-written',
        message: `mfad was interrupted while it wrote ${path}, and could not complete it, or another program has changed it since: it may not be whole`,
        hint: `look at it, then remove ${copy}; what it held before: jq -r .before ${copy} | base64 -d`,
      },
    ])
    expect(Buffer.from(JSON.parse(content(copy)).before, 'base64').equals(before)).toBe(true)
    fs.unlinkSync(copy)
    expect(store.warnings()).toEqual([])
  })
})

describe('a file that another program has only appended to is whole, and nothing is said,', () => {
  it.each(writes)('whether a write that %s had not begun or had ended', async (_what, old, later) => {
    for (const whole of [old, later]) {
      await interrupt(bytesOf(old), bytesOf(later), bytesOf(`${whole}# theirs\n`))
      const store = storeOf()
      expect(await store.recover()).toMatchObject({ removed: [expect.any(String)], isCompleted: false })
      expect([content(), copies(), store.warnings()]).toEqual([`${whole}# theirs\n`, [], []])
    }
  })

  it('also where what it appended begins with a line end', async () => {
    for (const [, old, later] of writes.filter(([, before, after]) => after.length >= before.length)) {
      await interrupt(bytesOf(old), bytesOf(later), bytesOf(`${later}\n[theirs]\n`))
      const store = storeOf()
      await store.recover()
      expect([content(), copies(), store.warnings()]).toEqual([`${later}\n[theirs]\n`, [], []])
    }
  })

  it.each(writes)('but not after a write that %s, which may have been torn', async (_what, old, later) => {
    const [before, after] = [bytesOf(old), bytesOf(later)]
    for (let written = 1; written < Math.max(before.length, after.length); written++) {
      const found = torn(before, after, written)
      if (found.equals(before) || found.equals(after)) continue
      await interrupt(before, after, Buffer.concat([found, bytesOf('# theirs\n')]))
      const store = storeOf()
      await store.recover()
      expect([content(), copies().length]).toEqual([`${found}# theirs\n`, 1])
      expect(store.warnings()).toMatchObject([{ code: 'file.half-written' }])
    }
  })
})

describe('a recovery copy that is none of ours does no harm:', () => {
  const half = `${first}[a-mfa]\ntok`
  const other = () => join(home, 'other')
  const fields = (changes: object = {}) => {
    const [before, after] = [bytesOf(first), bytesOf(`${first}[a-mfa]\ntoken = EVIL\n`)]
    return JSON.stringify({
      path,
      beforeHash: hashOf(before),
      afterHash: hashOf(after),
      before: before.toString('base64'),
      after: after.toString('base64'),
      ...changes,
    })
  }
  const removed: [what: string, make: () => void][] = [
    ['it is empty', () => write('', copy)],
    ['it is not JSON', () => write('{', copy)],
    ['it is no object', () => write('null', copy)],
    ['it is not text', () => write(Buffer.from([0xff, 0, 0xfe]), copy)],
    ['it was not written to its end', () => write(fields().slice(0, -3), copy)],
    ['a field is missing', () => write(fields({ after: undefined }), copy)],
    ['a field is no text', () => write(fields({ before: 1 }), copy)],
    ['the old content is not what it says', () => write(fields({ beforeHash: hashOf(bytesOf('')) }), copy)],
    [
      'the new content is not what it says',
      () => write(fields({ after: bytesOf(`${first}[a-mfa]\ntoken = WORSE\n`).toString('base64') }), copy),
    ],
    ['it is a symlink to something else', () => fs.symlinkSync(other(), copy)],
    ['it is a symlink that leads nowhere', () => fs.symlinkSync(join(home, 'nowhere'), copy)],
  ]
  const left: [what: string, make: () => void][] = [
    ['it is of another file', () => write(fields({ path: other() }), copy)],
    [
      'its path leads to this file by a detour',
      () => write(fields({ path: `${home}/x/../.aws/credentials` }), copy),
    ],
    ['it is a FIFO', () => execFileSync('mkfifo', [copy])],
    ['it is a directory', () => fs.mkdirSync(copy)],
    ['it is larger than any', () => fs.truncateSync(touch(copy), 64 * 1024 * 1024 + 1)],
    [
      'its name is not quite one',
      () => fs.writeFileSync(join(stateDirectory, `recovery-${deadPid}-.json`), fields()),
    ],
    [
      'it is of another program',
      () => write(fields(), join(stateDirectory, `recovery-${process.ppid}-x.json`)),
    ],
    [
      'it is in a directory that others can write',
      () => {
        write(fields(), copy)
        fs.chmodSync(stateDirectory, 0o777)
      },
    ],
  ]
  const touch = (at: string) => {
    write('', at)
    return at
  }
  beforeEach(() => {
    fs.mkdirSync(stateDirectory, { recursive: true, mode: 0o700 })
    write(half)
    write(half, other())
  })

  it('and one that is ours would do something', async () => {
    write(fields(), copy)
    expect(await storeOf().recover()).toMatchObject({ isCompleted: true })
    expect(content()).toContain('EVIL')
  })

  it.each(removed)('%s, and is removed', async (_what, make) => {
    make()
    expect(await storeOf().recover()).toMatchObject({ isCompleted: false, removed: [expect.any(String)] })
    expect([content(), content(other()), copies()]).toEqual([half, half, []])
  })

  it.each(left)('%s, and stays', async (_what, make) => {
    make()
    const store = storeOf()
    expect(await store.recover()).toEqual({ isCompleted: false, removed: [] })
    expect([content(), content(other()), copies().length, store.warnings()]).toEqual([half, half, 1, []])
  })

  it.each<[what: string, make: () => void]>([
    ['a FIFO', () => execFileSync('mkfifo', [path])],
    ['a directory', () => fs.mkdirSync(path)],
  ])('it is a good one, but the file itself is now %s', async (_what, make) => {
    write(fields(), copy)
    fs.unlinkSync(path)
    make()
    expect(await storeOf().recover()).toEqual({ isCompleted: false, removed: [] })
    expect(copies().length).toBe(1)
  })
})

/** The real file system, and what was done to the file and its copy, in order. */
function recording(): { done: string[]; fileSystem: FileSystem } {
  const done: string[] = []
  const nameOf = (descriptor: number) => {
    const { ino } = fs.fstatSync(descriptor)
    if (ino === fs.statSync(path).ino) return 'the file'
    return ino === fs.statSync(stateDirectory).ino ? 'the directory' : 'the copy'
  }
  const writeSync = (...[descriptor, bytes, ...where]: [number, Uint8Array, number, number, number]) => {
    done.push(`write ${nameOf(descriptor)}`)
    return fs.writeSync(descriptor, bytes, ...where)
  }
  const fsync = (descriptor: number, callback: fs.NoParamCallback) => {
    done.push(`sync ${nameOf(descriptor)}`)
    fs.fsync(descriptor, callback)
  }
  const unlinkSync = (at: fs.PathLike) => {
    done.push('remove the copy')
    fs.unlinkSync(at)
  }
  const fileSystem = { ...fs, writeSync: writeSync as FileSystem['writeSync'], unlinkSync }
  return { done, fileSystem: { ...fileSystem, fsync: fsync as FileSystem['fsync'] } }
}

/** The real file system, on which the disk is full after so many bytes of a write to the file, and then no longer. */
function fullAfter(bytes: number): FileSystem {
  const { ino } = fs.statSync(path)
  let state: 'first' | 'cut' | 'free' = 'first'
  const writeSync = (
    ...[descriptor, from, offset, length, position]: [number, Uint8Array, number, number, number]
  ) => {
    if (state === 'free' || fs.fstatSync(descriptor).ino !== ino)
      return fs.writeSync(descriptor, from, offset, length, position)
    if (state === 'cut' || bytes === 0) {
      state = 'free'
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
    }
    state = 'cut'
    return fs.writeSync(descriptor, from, offset, Math.min(length, bytes), position)
  }
  return { ...fs, writeSync: writeSync as FileSystem['writeSync'] }
}

describe.each(writes)('a write that %s, when the disk is full,', (_what, old, later) => {
  it('is taken back, whether none, some or all but a few bytes got there', async () => {
    const seen = { written: 0, 'put back': 0 }
    const most = Math.max(old.length, later.length)
    for (const bytes of new Set([0, 1, most >> 2, most >> 1, most])) {
      write(old)
      fs.rmSync(join(home, 'second'), { force: true })
      fs.linkSync(path, join(home, 'second'))
      const { ino } = fs.statSync(path)
      const updated = storeOf(fullAfter(bytes)).update({
        edit: () => bytesOf(later),
        verify: () => undefined,
      })
      const error = await updated.then(
        () => undefined,
        (reason: { code: string }) => reason.code,
      )
      seen[error === undefined ? 'written' : 'put back']++
      expect([error, content(), fs.statSync(path).ino, copies()]).toEqual(
        error === undefined ? [undefined, later, ino, []] : ['file.no-space', old, ino, []],
      )
    }
    expect(seen['put back']).toBeGreaterThan(0)
    expect(seen.written).toBeGreaterThan(0)
  })
})

describe('what is written in place', () => {
  it.each([
    ['is taken back where that may not have reached the disk', '', 'rejected'],
    ['stands, with a warning, where another program has appended to it by then', 'theirs\n', 'warned'],
  ])('%s', async (_what, theirs, how) => {
    write(first)
    fs.linkSync(path, join(home, 'second'))
    const { ino } = fs.statSync(path)
    const fsync = (descriptor: number, done: (error: Error | null) => void) => {
      if (fs.fstatSync(descriptor).ino !== ino) return done(null)
      fs.appendFileSync(path, theirs)
      done(Object.assign(new Error('EIO'), { code: 'EIO' }))
    }
    const failing: FileSystem = { ...fs, fsync: fsync as FileSystem['fsync'] }
    const edit = (before: Uint8Array) => Buffer.concat([before, bytesOf('ours\n')])
    const updated = storeOf(failing).update({ edit, verify: () => undefined })
    if (how === 'rejected') {
      await expect(updated).rejects.toMatchObject({ code: 'file.io' })
      expect([content(), copies()]).toEqual([first, []])
    } else {
      expect((await updated).warnings.map(({ code }) => code)).toEqual(['file.not-durable'])
      expect([content(), copies()]).toEqual([`${first}ours\ntheirs\n`, []])
    }
  })

  it('is on the disk before its copy is removed, and the copy before the first byte is written', async () => {
    write(first)
    fs.linkSync(path, join(home, 'second'))
    const { done, fileSystem } = recording()
    const edit = (before: Uint8Array) => Buffer.concat([before, bytesOf('new\n')])
    await storeOf(fileSystem).update({ edit, verify: () => undefined })
    expect(done).toEqual([
      'write the copy',
      'sync the copy',
      'sync the directory',
      'write the file',
      'sync the file',
      'remove the copy',
    ])
  })

  it('is on the disk before its copy is removed, also when it is only completed', async () => {
    await interrupt(bytesOf(first), bytesOf(`${first}new\n`), bytesOf(`${first}n`))
    const { done, fileSystem } = recording()
    await storeOf(fileSystem).recover()
    expect(done).toEqual(['write the file', 'sync the file', 'remove the copy'])
  })

  it('is copied before, where nobody else can read it, from the first byte on and with umask 0', async () => {
    write(first)
    fs.linkSync(path, join(home, 'second'))
    const seen: string[] = []
    const watched: FileSystem = {
      ...fs,
      openSync(...args: Parameters<typeof fs.openSync>) {
        const descriptor = fs.openSync(...args)
        const { mode } = fs.fstatSync(descriptor)
        if (String(args[0]).includes('recovery-')) seen.push((mode & 0o777).toString(8))
        return descriptor
      },
      unlinkSync(at) {
        seen.push((fs.statSync(at).mode & 0o777).toString(8))
        fs.unlinkSync(at)
      },
    }
    const umask = process.umask(0)
    try {
      const edit = (before: Uint8Array) => Buffer.concat([before, bytesOf('new\n')])
      const verify = () => expect(copies()).toEqual([])
      await storeOf(watched).update({ edit, verify })
    } finally {
      process.umask(umask)
    }
    expect([seen, copies(), content()]).toEqual([['600', '600'], [], `${first}new\n`])
    expect([stateDirectory, dirname(stateDirectory)].map((at) => fs.statSync(at).mode & 0o777)).toEqual([
      0o700, 0o700,
    ])
  })

  it.each([0o600, 0o400, 0o640, 0o644])('keeps its mode (%o), inode and second name', async (mode) => {
    write(first)
    fs.chmodSync(path, mode)
    const second = join(home, 'second')
    fs.linkSync(path, second)
    const { ino } = fs.statSync(path)
    const edit = (before: Uint8Array) => Buffer.concat([bytesOf('[new]\n'), before])
    const { warnings } = await storeOf().update({ edit, verify: () => undefined })
    const stats = fs.statSync(path)
    expect([stats.ino, stats.mode & 0o777, content(second)]).toEqual([ino, mode, `[new]\n${first}`])
    expect(warnings.map(({ code }) => code)).toEqual((mode & 0o044) === 0 ? [] : ['file.readable-by-others'])
  })

  it('and becomes shorter is not cut where another program has just appended to it', async () => {
    write(`${first}[b]\nkey = B\n`)
    fs.linkSync(path, join(home, 'second'))
    const { ino } = fs.statSync(path)
    const writeSync = (...[descriptor, bytes, ...where]: [number, Uint8Array, number, number, number]) => {
      const count = fs.writeSync(descriptor, bytes, ...where)
      if (fs.fstatSync(descriptor).ino === ino) fs.appendFileSync(path, '[theirs]\n')
      return count
    }
    const intruding: FileSystem = { ...fs, writeSync: writeSync as FileSystem['writeSync'] }
    await storeOf(intruding).update({ edit: () => bytesOf(first), verify: () => undefined })
    expect([content(), copies()]).toEqual([`${first}${'\n'.repeat(12)}[theirs]\n`, []])
  })

  it('stays what another program has made of it when the write then fails, and both versions are kept', async () => {
    write(first)
    fs.linkSync(path, join(home, 'second'))
    const { ino } = fs.statSync(path)
    const fsync = (descriptor: number, done: (error: Error | null) => void) => {
      if (fs.fstatSync(descriptor).ino !== ino) return done(null)
      fs.writeFileSync(path, 'theirs\n')
      done(Object.assign(new Error('EIO'), { code: 'EIO' }))
    }
    const failing: FileSystem = { ...fs, fsync: fsync as FileSystem['fsync'] }
    const edit = (before: Uint8Array) => Buffer.concat([before, bytesOf('ours\n')])
    const updated = storeOf(failing).update({ edit, verify: () => undefined })
    await expect(updated).rejects.toMatchObject({
      code: 'file.half-written',
      message: expect.stringContaining(`${path} (EIO), and was left half-written`),
      hint: expect.stringContaining(stateDirectory),
    })
    const [left = ''] = copies()
    const { before } = JSON.parse(content(join(stateDirectory, left)))
    expect([content(), Buffer.from(before, 'base64').toString()]).toEqual(['theirs\n', first])
  })

  it('is not written when it has changed meanwhile, and then with that change in it', async () => {
    write(first)
    fs.linkSync(path, join(home, 'second'))
    let times = 0
    const edit = (before: Uint8Array) => Buffer.concat([before, bytesOf('ours\n')])
    const verify = () => {
      if (times++ === 0) fs.appendFileSync(path, 'theirs\n')
    }
    await storeOf().update({ edit, verify })
    expect([content(), copies(), times]).toEqual([`${first}theirs\nours\n`, [], 2])
  })
})
