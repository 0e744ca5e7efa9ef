// The file store in processes of its own: killed by SIGKILL at every system call of a replacement, and without the
// rights of root, for which a read-only directory is none.

import { execFile, execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFileStore } from '../../src/edges/file-store.ts'
import { hashOf } from '../../src/edges/kept-file.ts'

const oldText = '[dev]\naws_access_key_id = AKIAOLD\n'
const addedText = `[dev-mfa]\naws_session_token = ${'x'.repeat(1000)}\n`
const deadPid = 2 ** 22 + 1
const nobody = 65534

/** Arguments: what to do, the path. Prints `done`, or the code of the error. */
const driver = `
import * as fs from 'node:fs'
import { createFileStore } from './file-store.ts'
import { witnessRenames } from './rename-witness.ts'
const [action, path] = process.argv.slice(2)
const uid = process.getuid(), gid = process.getgid()
const store = createFileStore({ fs, path, pid: ${deadPid}, uid, gid, randomName: () => 'x', isAlive: () => true, stateDirectory: process.env.STATE, witnessRenames })
const added = Buffer.from(${JSON.stringify(addedText)})
const update = { edit: (before) => Buffer.concat([before, added]), verify() {} }
const run = async () => {
  if (action === 'check') return store.checkReplaceable()
  await store.update(update)
  await store.close()
}
run().then(() => console.log('done'), (error) => console.log(error.code ?? error.stack))
`

let base: string
let script: string
let state: string

beforeAll(async () => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'mfad-file-process-')))
  fs.chmodSync(base, 0o755)
  state = join(base, 'state')
  fs.mkdirSync(state)
  fs.chmodSync(state, 0o777)
  script = join(base, 'driver.cjs')
  const resolveDir = fileURLToPath(new URL('../../src/edges', import.meta.url))
  const stdin = { contents: driver, resolveDir, loader: 'ts' as const }
  await build({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: script, logLevel: 'error' })
})
afterAll(() => {
  // Who is not root cannot empty a read-only directory.
  for (const entry of fs.readdirSync(base, { withFileTypes: true })) {
    if (entry.isDirectory()) fs.chmodSync(join(base, entry.name), 0o700)
  }
  fs.rmSync(base, { recursive: true, force: true })
})

/** A directory `.aws` of its own, with the old file or none. */
function createFile(name: string, exists: boolean): string {
  const path = join(base, name, 'credentials')
  fs.mkdirSync(dirname(path), { mode: 0o700 })
  if (exists) fs.writeFileSync(path, oldText, { mode: 0o600 })
  return path
}

describe('without the rights of root', () => {
  const dropped = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  const run = (action: string, path: string) =>
    spawnSync(process.execPath, [script, action, path], {
      ...dropped,
      env: { ...process.env, STATE: state },
      encoding: 'utf8',
      timeout: 10_000,
    }).stdout.trim()
  const give = (...paths: string[]) => {
    if (dropped.uid !== undefined) for (const path of paths) fs.chownSync(path, dropped.uid, dropped.gid)
  }

  it('replaces and creates', () => {
    for (const exists of [true, false]) {
      const path = createFile(`plain-${exists}`, exists)
      give(dirname(path), ...(exists ? [path] : []))
      expect(run('check', path)).toBe('done')
      expect(run('update', path)).toBe('done')
      expect(fs.readFileSync(path, 'utf8')).toBe((exists ? oldText : '') + addedText)
    }
  })

  it('writes a file where it stands in a directory that cannot be written', () => {
    const path = createFile('read-only-directory', true)
    give(dirname(path), path)
    fs.chmodSync(dirname(path), 0o500)
    const { ino } = fs.statSync(path)
    expect([run('check', path), run('update', path)]).toEqual(['done', 'done'])
    expect(fs.readFileSync(path, 'utf8')).toBe(oldText + addedText)
    expect([fs.readdirSync(dirname(path)), fs.statSync(path).ino]).toEqual([['credentials'], ino])
    expect(fs.readdirSync(state)).toEqual([])
  })

  it('says that neither the file nor its directory can be written, before and at the update', () => {
    const path = createFile('read-only', true)
    give(dirname(path), path)
    fs.chmodSync(path, 0o400)
    fs.chmodSync(dirname(path), 0o500)
    expect([run('check', path), run('update', path)]).toEqual(['file.not-writable', 'file.not-writable'])
    expect([fs.readdirSync(dirname(path)), fs.readFileSync(path, 'utf8')]).toEqual([['credentials'], oldText])
  })

  it('says that a missing directory cannot be created', () => {
    const path = createFile('no-parent', false)
    give(dirname(path))
    fs.chmodSync(dirname(path), 0o500)
    const missing = join(dirname(path), 'missing', 'credentials')
    expect([run('check', missing), run('update', missing)]).toEqual([
      'file.not-writable',
      'file.not-writable',
    ])
  })

  it('says that a file or its directory cannot be read', () => {
    const path = createFile('unreadable', true)
    give(dirname(path), path)
    fs.chmodSync(path, 0o200)
    expect([run('check', path), run('update', path)]).toEqual(['file.not-readable', 'file.not-readable'])
    fs.chmodSync(dirname(path), 0o600)
    expect([run('check', path), run('update', path)]).toEqual(['file.not-readable', 'file.not-readable'])
  })

  it('does not wait for a writer when the path is a FIFO', () => {
    const path = createFile('fifo', false)
    execFileSync('mkfifo', [path])
    give(dirname(path), path)
    expect([run('check', path), run('update', path)]).toEqual(['file.not-a-file', 'file.not-a-file'])
    expect(fs.readdirSync(dirname(path))).toEqual(['credentials'])
  })

  it.runIf(dropped.uid !== undefined)(
    "writes root's file where it stands when the user's own group may",
    () => {
      const path = createFile('root-owned-writable', true)
      give(dirname(path))
      fs.chownSync(path, 0, nobody)
      fs.chmodSync(path, 0o660)
      expect([run('check', path), run('update', path)]).toEqual(['done', 'done'])
      const { uid, gid, mode } = fs.statSync(path)
      expect([fs.readFileSync(path, 'utf8'), uid, gid, mode & 0o777]).toEqual([
        oldText + addedText,
        0,
        nobody,
        0o660,
      ])
    },
  )

  it.runIf(dropped.uid !== undefined)("refuses root's file in a directory of the user's own", () => {
    const path = createFile('root-owned', true)
    give(dirname(path))
    fs.chmodSync(path, 0o644)
    expect([run('check', path), run('update', path)]).toEqual(['file.other-owner', 'file.other-owner'])
  })
})

const hasStrace = spawnSync('strace', ['-V']).status === 0

it('finds strace, without which nothing is known about being killed', (context) => {
  if (!hasStrace && !process.env.CI)
    context.skip('NOT TESTED: install strace to test replacements against kill -9')
  expect(hasStrace).toBe(true)
})

describe.runIf(hasStrace).each([
  ['an existing file', true],
  ['a missing file', false],
])('kill -9 at every system call while replacing %s', (_name, exists) => {
  const before = exists ? oldText : undefined
  const after = (exists ? oldText : '') + addedText

  it('leaves it old or new, whole, and a temp file that the next start removes', {
    timeout: 60_000,
  }, async () => {
    const calls = await callsOf(createFile(`calls-${exists}`, exists))
    const seen = { old: 0, new: 0, strays: 0 }
    let unreached = 0
    await inParallel(6, calls, async ({ name, nth }) => {
      const label = `killed at ${name} ${nth}`
      const path = createFile(`killed-${exists}-${name}-${nth}`, exists)
      const { isKilled } = await trace(path, [`inject=${name}:signal=KILL:when=${nth}`])
      if (!isKilled) unreached++
      const content = fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined
      expect([before, after], label).toContain(content)
      seen[content === before ? 'old' : 'new']++
      seen.strays += (await storeAt(path).recover()).removed.length
      const expected = content === undefined ? [] : ['credentials']
      expect(fs.readdirSync(dirname(path)), label).toEqual(expected)
      expect(() => storeAt(path).checkReplaceable(), label).not.toThrow()
    })
    expect(calls.length).toBeGreaterThan(15)
    // How often the old file is looked at depends on how long the disk takes.
    expect(unreached).toBeLessThan(4)
    expect(seen).toEqual({ old: expect.any(Number), new: expect.any(Number), strays: expect.any(Number) })
    expect(Math.min(seen.old, seen.new, seen.strays)).toBeGreaterThan(2)
  })
})

const storeAt = (path: string) =>
  createFileStore({
    fs,
    path,
    pid: process.pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    randomName: () => 'y',
    isAlive: (pid) => pid !== deadPid,
    stateDirectory: state,
    witnessRenames: () => undefined,
  })

/** Every system call on the file, its temp file or its directory, as strace counts them: by name. */
async function callsOf(path: string): Promise<{ name: string; nth: number }[]> {
  const { log, isKilled } = await trace(path, [])
  expect(isKilled).toBe(false)
  const counts = new Map<string, number>()
  return [...log.matchAll(/^\d+ +([a-z0-9_]+)\(/gm)].map(([, name = '']) => {
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    return { name, nth }
  })
}

/** strace counts per thread: fsync, the only call in the thread pool, has to be on one and the same thread. */
async function trace(path: string, options: string[]): Promise<{ log: string; isKilled: boolean }> {
  const log = `${dirname(path)}.strace`
  const own = join(dirname(path), `.credentials.mfad-${deadPid}-x`)
  const watched = [path, dirname(path), `${own}.tmp`, `${own}-${hashOf(Buffer.from(oldText))}.old`]
  const args = [
    '-f',
    '-o',
    log,
    ...watched.flatMap((name) => ['-P', name]),
    ...options.flatMap((option) => ['-e', option]),
  ]
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1', STATE: state }
  const stdout = await new Promise<string>((resolve) => {
    execFile('strace', [...args, process.execPath, script, 'update', path], { env }, (_error, out) =>
      resolve(out),
    )
  })
  const text = fs.readFileSync(log, 'utf8')
  const isKilled = text.includes('+++ killed by SIGKILL +++')
  expect(stdout).toBe(isKilled ? '' : 'done\n')
  return { log: text, isKilled }
}

async function inParallel<T>(
  width: number,
  items: readonly T[],
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await run(item)
  }
  await Promise.all(Array.from({ length: width }, work))
}
