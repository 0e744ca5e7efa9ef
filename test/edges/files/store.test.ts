// The file store on the real file system, inside the test's own process.

import { once as onceEmitted } from 'node:events'
import * as fs from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { readAcl } from '../../../src/edges/files/disk/acl.ts'
import { witnessRenames } from '../../../src/edges/files/late/rename-witness.ts'
import type { Recovery } from '../../../src/edges/files/recovery.ts'
import {
  createFileStore,
  type FileStoreDeps,
  type FileSystem,
  type Update,
} from '../../../src/edges/files/store.ts'

const uid = process.getuid?.() ?? 0
const gid = process.getgid?.() ?? 0
const isLinux = process.platform === 'linux'

let home: string
let path: string

beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'mfad-file-store-')))
  path = join(home, '.aws', 'credentials')
  fs.mkdirSync(dirname(path), { mode: 0o700 })
})
afterEach(() => fs.rmSync(home, { recursive: true, force: true }))

const storeOf = (changes: Partial<FileStoreDeps> = {}) =>
  createFileStore({
    fs,
    path,
    pid: process.pid,
    uid,
    gid,
    randomName: () => Math.random().toString(36).slice(2),
    isAlive: () => true,
    stateDirectory: join(home, 'state'),
    witnessRenames,
    readAcl,
    ...changes,
  })
type Edit = (before: string) => string
const update = (edit: Edit, changes: Partial<FileStoreDeps> = {}) =>
  updateAndClose(
    {
      edit: (before) => Buffer.from(edit(Buffer.from(before).toString())),
      verify: (before, after) =>
        expect(Buffer.from(after).toString()).toBe(edit(Buffer.from(before).toString())),
    },
    changes,
  )
/** The old file is followed for a while; what these tests are about is over before. */
const updateAndClose = async (change: Update, changes: Partial<FileStoreDeps> = {}) => {
  const store = storeOf(changes)
  try {
    return await store.update(change)
  } finally {
    await store.close()
  }
}

const addNew: Edit = (before) => `${before}new\n`
const write = (text: string, mode = 0o600, at = path) => {
  fs.writeFileSync(at, text)
  fs.chmodSync(at, mode)
}

const content = (at = path) => fs.readFileSync(at, 'utf8')
const modeOf = (at: string) => fs.statSync(at).mode & 0o7777
const names = () => fs.readdirSync(dirname(path))
const withUmask0 = async <T>(run: () => Promise<T>): Promise<T> => {
  const before = process.umask(0)
  try {
    return await run()
  } finally {
    process.umask(before)
  }
}

describe('replacing', () => {
  it('keeps the bytes that are no text', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x0d, 0x0a, 0xc3])
    fs.writeFileSync(path, bytes, { mode: 0o600 })
    const edit = (before: Uint8Array) => Buffer.concat([before, Buffer.from([0x80])])
    const result = await updateAndClose({ edit, verify: () => undefined })
    expect(fs.readFileSync(path)).toEqual(Buffer.concat([bytes, Buffer.from([0x80])]))
    expect(Buffer.from(result.bytes)).toEqual(fs.readFileSync(path))
  })

  it.each([0o600, 0o400, 0o640, 0o644, 0o700])('keeps the mode %o with umask 0', async (mode) => {
    write('old\n', mode)
    const { warnings } = await withUmask0(() => update(addNew))
    expect(modeOf(path)).toBe(mode)
    expect(warnings.map(({ code }) => code)).toEqual((mode & 0o044) === 0 ? [] : ['file.readable-by-others'])
  })

  it('never lets others read the temp file, from its first byte on', async () => {
    write('old\n')
    const seen: number[] = []
    const watched: FileSystem = {
      ...fs,
      openSync: (...args: Parameters<typeof fs.openSync>) => {
        const descriptor = fs.openSync(...args)
        if (String(args[0]).endsWith('.tmp')) seen.push(fs.fstatSync(descriptor).mode & 0o777)
        return descriptor
      },
    }
    await withUmask0(() => update(addNew, { fs: watched }))
    expect(seen).toEqual([0o600])
  })

  it('creates a missing directory with mode 0700 and a missing file with mode 0600, with umask 0', async () => {
    fs.rmdirSync(dirname(path))
    path = join(home, 'a', 'b', 'credentials')
    storeOf().checkReplaceable()
    expect(fs.readdirSync(home)).toEqual([])
    await withUmask0(() => update(addNew))
    expect([content(), modeOf(path), modeOf(dirname(path)), modeOf(join(home, 'a'))]).toEqual([
      'new\n',
      0o600,
      0o700,
      0o700,
    ])
    expect(names()).toEqual(['credentials'])
    expect(fs.statSync(path).nlink).toBe(1)
  })

  it('creates nothing for an edit that changes nothing', async () => {
    fs.rmdirSync(dirname(path))
    expect(await update((before) => before)).toMatchObject({ isChanged: false, bytes: new Uint8Array() })
    expect(fs.readdirSync(home)).toEqual([])
  })

  it('does not touch the file for an edit that changes nothing', async () => {
    write('old\n')
    const before = storeOf().stamp()
    expect(await update((text) => text)).toMatchObject({ isChanged: false })
    expect(storeOf().stamp()).toBe(before)
  })

  it('fills an empty file', async () => {
    write('')
    await update(addNew)
    expect(content()).toBe('new\n')
  })

  it('empties a file', async () => {
    write('old\n')
    expect(await update(() => '')).toMatchObject({ isChanged: true })
    expect(content()).toBe('')
  })

  it('runs the updates of one store one after another', async () => {
    write('')
    const store = storeOf()
    const results = Array.from({ length: 20 }, (_, index) =>
      store.update({
        edit: (before) => Buffer.concat([before, Buffer.from(`${index},`)]),
        verify: () => undefined,
      }),
    )
    await Promise.all(results)
    await store.close()
    expect(content()).toBe(Array.from({ length: 20 }, (_, index) => `${index},`).join(''))
  })

  it('goes on after an update that was refused', async () => {
    write('old\n')
    const store = storeOf()
    const refusal = new AppError('profile.session-not-ours', 'no', 'none')
    const refuse = () => {
      throw refusal
    }
    const refused = store.update({ edit: refuse, verify: () => undefined })
    const unverified = store.update({ edit: () => Buffer.from('bad'), verify: refuse })
    const done = store.update({ edit: () => Buffer.from('good'), verify: () => undefined })
    await expect(refused).rejects.toBe(refusal)
    await expect(unverified).rejects.toBe(refusal)
    await done
    await store.close()
    expect([content(), names()]).toEqual(['good', ['credentials']])
  })

  it.runIf(uid === 0)(
    'keeps the group of a file that root replaces, and refuses a file of somebody else',
    async () => {
      write('old\n', 0o640)
      fs.chownSync(path, uid, 5678)
      await update(addNew)
      expect([fs.statSync(path).gid, modeOf(path), content()]).toEqual([5678, 0o640, 'old\nnew\n'])
      fs.chownSync(path, 1234, 5678)
      await expect(update(addNew)).rejects.toMatchObject({ code: 'file.other-owner' })
      expect(content()).toBe('old\nnew\n')
    },
  )
})

describe('a symlink', () => {
  it('stays, and the file behind it is replaced', async () => {
    const target = join(home, 'dotfiles')
    write('old\n', 0o600, target)
    fs.symlinkSync('../dotfiles', path)
    await update(addNew)
    expect([fs.readlinkSync(path), content(target)]).toEqual(['../dotfiles', 'old\nnew\n'])
    expect(fs.readdirSync(home).sort()).toEqual(['.aws', 'dotfiles'])
  })

  it('that leads nowhere yet gets its target created', async () => {
    fs.symlinkSync('../missing/dotfiles', path)
    expect(storeOf().read()).toMatchObject({ kind: 'absent', realPath: join(home, 'missing', 'dotfiles') })
    await update(addNew)
    expect([fs.readlinkSync(path), content(join(home, 'missing', 'dotfiles'))]).toEqual([
      '../missing/dotfiles',
      'new\n',
    ])
  })

  it('to a directory that leads nowhere yet gets that created', async () => {
    fs.rmdirSync(dirname(path))
    fs.symlinkSync('dotfiles/aws', dirname(path))
    await update(addNew)
    expect(content(join(home, 'dotfiles', 'aws', 'credentials'))).toBe('new\n')
  })

  it('to a directory works', async () => {
    fs.rmdirSync(dirname(path))
    fs.mkdirSync(join(home, 'aws'), { mode: 0o700 })
    fs.symlinkSync('aws', dirname(path))
    write('old\n')
    await update(addNew)
    expect(content(join(home, 'aws', 'credentials'))).toBe('old\nnew\n')
    expect(fs.lstatSync(dirname(path)).isSymbolicLink()).toBe(true)
  })

  it('that leads in a circle is refused', async () => {
    fs.symlinkSync('credentials', path)
    expect(storeOf().read()).toMatchObject({ kind: 'unreadable', error: { code: 'file.not-a-file' } })
    await expect(update(addNew)).rejects.toMatchObject({ code: 'file.not-a-file' })
  })

  it('that is led elsewhere meanwhile is followed to where it leads then', async () => {
    const [one, two] = [join(home, 'one'), join(home, 'two')]
    write('1\n', 0o600, one)
    write('2\n', 0o600, two)
    fs.symlinkSync(one, path)
    const relink = once(() => {
      fs.unlinkSync(path)
      fs.symlinkSync(two, path)
    })
    await update((before) => {
      relink()
      return addNew(before)
    })
    expect([content(one), content(two)]).toEqual(['1\n', '2\nnew\n'])
  })
})

describe('refuses, before and at the update, and changes nothing:', () => {
  const expectRefusal = async (code: string) => {
    expect(() => storeOf().checkReplaceable()).toThrow(expect.objectContaining({ code }))
    const before = [fs.readdirSync(home), fs.existsSync(dirname(path)) ? names() : []]
    await expect(update(addNew)).rejects.toMatchObject({ code, hint: expect.stringMatching(/\w/) })
    expect([fs.readdirSync(home), fs.existsSync(dirname(path)) ? names() : []]).toEqual(before)
  }

  it('a directory', async () => {
    fs.mkdirSync(path)
    await expectRefusal('file.not-a-file')
  })
  it('a socket', async () => {
    const server = createServer().listen(path)
    await onceEmitted(server, 'listening')
    await expectRefusal('file.not-a-file')
    server.close()
  })
  it('a device', async () => {
    path = '/dev/null'
    expect(storeOf().read()).toMatchObject({ kind: 'unreadable', error: { code: 'file.not-a-file' } })
  })
  it('a directory that is a file', async () => {
    fs.rmdirSync(dirname(path))
    fs.writeFileSync(dirname(path), '')
    expect(() => storeOf().checkReplaceable()).toThrow(expect.objectContaining({ code: 'file.not-a-file' }))
    await expect(update(addNew)).rejects.toMatchObject({ code: 'file.not-a-file' })
  })
  it('a file that everyone can write', async () => {
    write('old\n', 0o666)
    await expectRefusal('file.writable-by-others')
  })
  it('a directory that everyone can write, also for a file that is missing', async () => {
    fs.chmodSync(dirname(path), 0o777)
    await expectRefusal('file.writable-by-others')
  })
  it('a symlink in a directory that everyone can write', async () => {
    const target = join(home, 'dotfiles')
    write('old\n', 0o600, target)
    fs.symlinkSync(target, path)
    fs.chmodSync(dirname(path), 0o777)
    await expectRefusal('file.writable-by-others')
  })
  it('a file that another group can write', async () => {
    write('old\n', 0o660)
    expect(() => storeOf({ gid: gid + 1 }).checkReplaceable()).toThrow(
      expect.objectContaining({ code: 'file.writable-by-others' }),
    )
    await expect(update(addNew, { gid: gid + 1 })).rejects.toMatchObject({ code: 'file.writable-by-others' })
    expect(content()).toBe('old\n')
  })
  it('a file larger than 64 MiB', async () => {
    write('')
    fs.truncateSync(path, 64 * 1024 * 1024 + 1)
    expect(storeOf().read()).toMatchObject({ kind: 'unreadable', error: { code: 'file.too-large' } })
    await expectRefusal('file.too-large')
  })
})

it('accepts what umask 002 leaves: a file and directory that the primary group can write', async () => {
  write('old\n', 0o660)
  fs.chmodSync(dirname(path), 0o770)
  storeOf().checkReplaceable()
  await update(addNew)
  expect([content(), modeOf(path)]).toEqual(['old\nnew\n', 0o660])
})

it('accepts a file of its own in a sticky directory', async () => {
  write('old\n')
  fs.chmodSync(dirname(path), 0o1777)
  storeOf().checkReplaceable()
  await update(addNew)
  expect(content()).toBe('old\nnew\n')
})

/** Others' changes, made at the two moments at which an update hands control back. */
describe.each(['edit', 'verify'] as const)('a change by another program during %s', (moment) => {
  const updateWith = (change: () => void) =>
    updateAndClose({
      edit: (before) => {
        if (moment === 'edit') change()
        return Buffer.from(addNew(Buffer.from(before).toString()))
      },
      verify: () => {
        if (moment === 'verify') change()
      },
    })

  it('in place is kept', async () => {
    write('old\n')
    await updateWith(once(() => fs.appendFileSync(path, 'foreign\n')))
    expect([content(), names()]).toEqual(['old\nforeign\nnew\n', ['credentials']])
  })

  it('in place, of the same length, is kept', async () => {
    write('old\n')
    await updateWith(once(() => fs.writeFileSync(path, 'OLD\n')))
    expect(content()).toBe('OLD\nnew\n')
  })

  it('by rename is kept', async () => {
    write('old\n')
    const replace = once(() => {
      write('foreign\n', 0o600, join(home, 'other'))
      fs.renameSync(join(home, 'other'), path)
    })
    await updateWith(replace)
    expect([content(), names()]).toEqual(['foreign\nnew\n', ['credentials']])
  })

  it('of the mode is kept', async () => {
    write('old\n', 0o644)
    const { warnings } = await updateWith(once(() => fs.chmodSync(path, 0o600)))
    expect([modeOf(path), warnings]).toEqual([0o600, []])
  })

  it('that removes the file is kept: only our lines come back', async () => {
    write('old\n')
    await updateWith(once(() => fs.unlinkSync(path)))
    expect(content()).toBe('new\n')
  })

  it('that creates the missing file is never overwritten', async () => {
    await updateWith(once(() => write('foreign\n')))
    expect([content(), names()]).toEqual(['foreign\nnew\n', ['credentials']])
  })

  it('that adds a second name is kept, with both names', async () => {
    write('old\n')
    const second = join(home, 'second')
    await updateWith(once(() => fs.linkSync(path, second)))
    expect([content(), content(second), names()]).toEqual(['old\nnew\n', 'old\nnew\n', ['credentials']])
    expect(fs.statSync(path).nlink).toBe(2)
  })

  it('every time ends in an error after thirty attempts, with the change intact', async () => {
    write('')
    let changes = 0
    const change = () => fs.appendFileSync(path, `${++changes}\n`)
    await expect(updateWith(change)).rejects.toMatchObject({ code: 'file.changed-underneath' })
    const all = Array.from({ length: 30 }, (_, index) => `${index + 1}\n`).join('')
    expect([content(), names()]).toEqual([all, ['credentials']])
  })
})

describe('the stamp', () => {
  it.each<[string, () => void]>([
    ['an in-place write', () => fs.appendFileSync(path, 'x')],
    ['a chmod', () => fs.chmodSync(path, 0o400)],
    ['a touch', () => fs.utimesSync(path, 1, 1)],
    ['a removal', () => fs.unlinkSync(path)],
    ['another file of the same bytes', () => replaceByCopy()],
  ])('changes with %s', (_what, change) => {
    write('old\n')
    const before = storeOf().stamp()
    expect(storeOf().stamp()).toBe(before)
    change()
    expect(storeOf().stamp()).not.toBe(before)
  })

  it('changes with the file behind a symlink', () => {
    write('old\n', 0o600, join(home, 'dotfiles'))
    fs.symlinkSync('../dotfiles', path)
    const before = storeOf().stamp()
    fs.appendFileSync(join(home, 'dotfiles'), 'x')
    expect(storeOf().stamp()).not.toBe(before)
  })

  it('is the one that read() gives', async () => {
    expect(storeOf().read()).toMatchObject({ kind: 'absent', stamp: storeOf().stamp() })
    await update(addNew)
    expect(storeOf().read()).toMatchObject({
      kind: 'present',
      stamp: storeOf().stamp(),
      mode: 0o600,
      realPath: path,
    })
  })

  const replaceByCopy = () => {
    fs.copyFileSync(path, join(home, 'copy'))
    fs.renameSync(join(home, 'copy'), path)
  }
})

it('reads with a warning what others can read', () => {
  write('old\n', 0o644)
  expect(storeOf().read()).toMatchObject({
    kind: 'present',
    bytes: Buffer.from('old\n'),
    warnings: [{ code: 'file.readable-by-others', hint: `chmod go-rwx ${path}` }],
  })
})

describe('strays', () => {
  const strayOf = (pid: number) => `.credentials.mfad-${pid}-x.tmp`
  const others = [
    '.credentials.mfad-1-x.tmp.bak',
    '.config.mfad-1-x.tmp',
    'credentials.mfad-1-x.tmp',
    '.credentials.mfad-x.tmp',
  ]

  it('of processes that are gone, and of our own pid in another life, are removed, and nothing else', async () => {
    write('old\n')
    const ours = [strayOf(111), strayOf(222), strayOf(process.pid)]
    for (const name of [...ours, ...others]) write('x', 0o600, join(dirname(path), name))
    const { removed } = await storeOf({ isAlive: (pid) => pid === 222 }).recover()
    expect(removed.sort()).toEqual([strayOf(111), strayOf(process.pid)].sort())
    expect(names().sort()).toEqual(['credentials', strayOf(222), ...others].sort())
  })

  it('of our own pid stay while an update runs', async () => {
    write('old\n')
    const store = storeOf()
    const recoveries: Promise<Recovery>[] = []
    const verify = () => void recoveries.push(store.recover())
    await store.update({ edit: () => Buffer.from('new\n'), verify })
    await store.close()
    const removed = (await Promise.all(recoveries)).flatMap((recovery) => recovery.removed)
    expect([recoveries.length, removed, content()]).toEqual([1, [], 'new\n'])
  })

  it('are none in a directory that is missing', async () => {
    fs.rmdirSync(dirname(path))
    expect(await storeOf().recover()).toEqual({ removed: [], isCompleted: false })
  })

  it('behind a symlink are found beside the real file', async () => {
    fs.mkdirSync(join(home, 'real'))
    write('x', 0o600, join(home, 'real', '.aws-credentials.mfad-111-x.tmp'))
    fs.symlinkSync('../real/aws-credentials', path)
    const { removed } = await storeOf({ isAlive: () => false }).recover()
    expect(removed).toEqual(['.aws-credentials.mfad-111-x.tmp'])
  })
})

it.runIf(isLinux)('closes what it opened, whether it replaces or refuses', async () => {
  write('old\n')
  const descriptors = () => fs.readdirSync('/proc/self/fd').length
  await update(addNew)
  const before = descriptors()
  for (let round = 0; round < 20; round++) {
    await update(addNew)
    storeOf().read()
    storeOf().checkReplaceable()
    await update(addNew, { uid: uid + 1 }).catch(() => undefined)
  }
  expect(descriptors()).toBe(before)
})

function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}
