// The fault table of a replacement: every file-system call that it makes × every error, in every starting state.
// The calls are counted by a run without a fault, so a call added later is covered without a change here.

import { constants } from 'node:os'
import { createFsFromVolume, Volume } from 'memfs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/core/errors.ts'
import { fileError } from '../../../../src/edges/files/disk/errors.ts'
import { createFileStore, type FileStore, type FileSystem } from '../../../../src/edges/files/store.ts'

const errnos = 'ENOSPC EDQUOT EACCES EPERM EROFS EIO EMFILE EBUSY EXDEV ENOENT ENOTDIR EEXIST'.split(' ')
const oldText = '[dev]\naws_secret_access_key = OLDSECRET\n'
const newText = '[dev]\naws_secret_access_key = OLDSECRET\n[dev-mfa]\naws_session_token = NEWSECRET\n'

// Memfs lets a process do what the mode and owner let it do, and knows no root.
const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
const otherGid = gid + 1

const start = { file: '/home/a/.aws/credentials', link: '' }
const scenarios = {
  'a file that exists': { ...start, exists: true, group: gid },
  'a file of another group': { ...start, exists: true, group: otherGid },
  'a file behind a symlink': { ...start, exists: true, group: gid, link: '/home/a/dotfiles/aws' },
  'a missing file': { ...start, exists: false, group: gid },
  'a dangling symlink': { ...start, exists: false, group: gid, link: '/home/a/dotfiles/aws' },
  'a missing directory': { ...start, exists: false, group: gid, noDirectory: true },
  'a file with a second name, in place': {
    ...start,
    exists: true,
    group: gid,
    second: '/home/a/dotfiles/aws',
  },
} satisfies Record<string, Scenario>

type Scenario = {
  file: string
  link: string
  exists: boolean
  group: number
  mode?: number
  noDirectory?: boolean
  /** Another hard link, so that the file is written where it stands. */
  second?: string
}
type Call = { name: string; isFailing: boolean }
type Fault = { at: number; errno: string }

/** Memfs behind a wrapper that counts, fails one call, and reads and writes at most 16 bytes at a time. */
function createWorld(scenario: Scenario, fault?: Fault) {
  const memory = createFsFromVolume(new Volume())
  memory.mkdirSync('/home/a/dotfiles', { recursive: true })
  if (!scenario.noDirectory) memory.mkdirSync('/home/a/.aws')
  const realFile = scenario.link || scenario.file
  if (scenario.link) memory.symlinkSync(scenario.link, scenario.file)
  if (scenario.exists) {
    memory.writeFileSync(realFile, oldText)
    memory.chmodSync(realFile, scenario.mode ?? 0o600)
    memory.chownSync(realFile, uid, scenario.group)
    if (scenario.second) memory.linkSync(realFile, scenario.second)
  }
  for (const path of ['/', '/home', '/home/a', '/home/a/dotfiles', '/home/a/.aws']) {
    if (memory.existsSync(path)) memory.chmodSync(path, 0o700)
  }
  const calls: Call[] = []
  const open = new Set<number>()
  const fs = wrap(memory as unknown as FileSystem, calls, open, fault)
  const deps = {
    fs,
    path: scenario.file,
    pid: 7,
    uid,
    gid,
    randomName: () => 'x',
    isAlive: () => true,
    stateDirectory: '/home/a/state',
    witnessRenames: () => undefined,
    readAcl: () => '',
  }
  const content = () => (memory.existsSync(realFile) ? memory.readFileSync(realFile, 'utf8') : undefined)
  const names = () =>
    ['/home/a/dotfiles', '/home/a/.aws', '/home/a/state'].flatMap((directory) =>
      memory.existsSync(directory) ? memory.readdirSync(directory).map((name) => `${directory}/${name}`) : [],
    )
  const facts = () => {
    if (!memory.existsSync(realFile)) return undefined
    const { mode, uid, gid, nlink } = memory.statSync(realFile)
    return { mode, uid, gid, nlink }
  }
  return { store: createFileStore(deps), calls, open, content, names, facts }
}

function wrap(inner: FileSystem, calls: Call[], open: Set<number>, fault?: Fault): FileSystem {
  const wrapped: Record<string, unknown> = {}
  for (const name of Object.keys(callNames) as (keyof FileSystem)[]) {
    const original = inner[name] as (...args: unknown[]) => unknown
    wrapped[name] = (...args: unknown[]) => {
      const isFailing = calls.length === fault?.at
      calls.push({ name, isFailing })
      const error = Object.assign(new Error(`${fault?.errno}: injected, ${name}`), { code: fault?.errno })
      // Like Linux: a close that fails has closed.
      if (name === 'closeSync') open.delete(args[0] as number)
      if (isFailing && name === 'closeSync') original(...args)
      if (isFailing && name === 'fsync') return (args[1] as (error: Error) => void)(error)
      if (isFailing) throw error
      if (name === 'readSync' || name === 'writeSync') args[3] = Math.min(args[3] as number, 16)
      const result = original(...args)
      if (name === 'openSync') open.add(result as number)
      return result
    }
  }
  return wrapped as FileSystem
}

/** Typed so that a call added to FileSystem and forgotten here does not compile. */
const callNames: Record<keyof FileSystem, true> = {
  accessSync: true,
  closeSync: true,
  fchmodSync: true,
  fchownSync: true,
  fstatSync: true,
  fsync: true,
  ftruncateSync: true,
  linkSync: true,
  lstatSync: true,
  mkdirSync: true,
  openSync: true,
  readSync: true,
  readdirSync: true,
  readlinkSync: true,
  realpathSync: true,
  renameSync: true,
  statSync: true,
  unlinkSync: true,
  writeSync: true,
}

const changing = new Set([
  'writeSync',
  'fchmodSync',
  'fchownSync',
  'fsync',
  'renameSync',
  'linkSync',
  'unlinkSync',
])

/** Calls on the temp file, or on the names: where they are refused, the file is written where it stands. */
const besideTheFile = [
  'openSync',
  'fstatSync',
  'fchownSync',
  'writeSync',
  'fchmodSync',
  'fsync',
  'readSync',
  'closeSync',
]
const naming = ['linkSync', 'renameSync']
/** What looks like someone else's change, and so is tried again; and what only shows another way. */
const harmless: Record<string, string[]> = {
  ENOENT: [
    'realpathSync',
    'readlinkSync',
    'openSync',
    'statSync',
    'lstatSync',
    'linkSync',
    'accessSync',
    'mkdirSync',
  ],
  EEXIST: ['linkSync', 'mkdirSync'],
  EPERM: [...besideTheFile, ...naming],
  EACCES: [...besideTheFile, ...naming],
  EROFS: besideTheFile,
  EBUSY: naming,
  EXDEV: naming,
}

const update = async (store: FileStore) => {
  try {
    return await store.update({
      edit: () => Buffer.from(newText),
      verify: (_before, after) => expect(Buffer.from(after).toString()).toBe(newText),
    })
  } finally {
    await store.close()
  }
}

/** Every single fault, with the call that it hits. */
async function faultsOf(scenario: Scenario, run: (store: FileStore) => unknown) {
  const { store, calls } = createWorld(scenario)
  await run(store)
  return calls.flatMap(({ name }, at) => errnos.map((errno) => ({ at, errno, name })))
}

/** What fails there changes nothing: a look at which file got the second name, and closing what was only read. */
function isQuiet(calls: readonly Call[], { at, name }: Fault & { name: string }): boolean {
  const lastClose = calls.findLastIndex((call) => call.name === name)
  const isWrittenInPlace = !calls.some((call) => call.name === 'renameSync')
  return name === 'statSync' || (name === 'closeSync' && (isWrittenInPlace || at === lastClose))
}

function expectTyped(error: unknown) {
  expect(error).toBeInstanceOf(AppError)
  const { code, message, hint, cause } = error as AppError
  expect(code).toMatch(/^file\.[a-z-]+$/)
  expect(message).toContain('/home/a')
  expect(message).not.toMatch(/\.$|undefined/)
  expect(hint).toContain(' ')
  expect(`${message}${hint}${cause}`).not.toContain('SECRET')
}

const replaced = Object.entries<Scenario>(scenarios).filter(([, { second }]) => second === undefined)

describe.each(replaced)('replacing %s', (_name, scenario) => {
  it('has owner, bytes and mode on the disk before they get their name, and the name after it', async () => {
    const { store, calls } = createWorld(scenario)
    await update(store)
    const changes = calls.map(({ name }) => name).filter((name) => changing.has(name))
    const first = changes.indexOf('fsync')
    const placed = changes.indexOf(scenario.exists ? 'renameSync' : 'linkSync')
    expect(changes.slice(first, placed)).toEqual(scenario.exists ? ['fsync', 'linkSync'] : ['fsync'])
    expect(changes.slice(placed + 1)).toEqual(
      scenario.exists ? ['fsync', 'unlinkSync'] : ['unlinkSync', 'fsync'],
    )
  })
})

describe.each(Object.entries<Scenario>(scenarios))('replacing %s', (_name, scenario) => {
  it('works when nothing fails, and leaves nothing open or behind', async () => {
    const world = createWorld(scenario)
    const before = world.names()
    const result = await update(world.store)
    expect(result).toMatchObject({ isChanged: true, warnings: [] })
    expect(world.content()).toBe(newText)
    expect(world.facts()).toEqual({
      mode: 0o100600,
      uid,
      gid: scenario.group,
      nlink: scenario.second ? 2 : 1,
    })
    expect(new Set(world.names())).toEqual(new Set([...before, scenario.link || scenario.file]))
    expect(world.open.size).toBe(0)
  })

  it('leaves the original whole and nothing behind when a call before the rename fails, and only warns after it', async () => {
    const faults = await faultsOf(scenario, update)
    const { store, calls } = createWorld(scenario)
    await update(store)
    const placing = scenario.exists ? 'renameSync' : 'linkSync'
    const lastWrite = calls.findLastIndex(({ name }) => name === 'fsync')
    const placed = scenario.second ? lastWrite : calls.findIndex(({ name }) => name === placing)
    expect(placed).toBeGreaterThan(10)
    let refused = 0
    for (const fault of faults) {
      const label = `${fault.errno} at call ${fault.at}, ${fault.name}`
      const world = createWorld(scenario, fault)
      const [names, facts, content] = [world.names(), world.facts(), world.content()]
      const outcome = await update(world.store).catch((error: unknown) => error)
      expect(
        world.calls.filter(({ isFailing }) => isFailing),
        label,
      ).toHaveLength(1)
      expect(world.open, label).toEqual(new Set())
      if (outcome instanceof Error) {
        refused++
        expect(fault.at, label).toBeLessThanOrEqual(placed)
        expectTyped(outcome)
        expect([world.names(), world.facts(), world.content()], label).toEqual([names, facts, content])
        continue
      }
      expect(world.content(), label).toBe(newText)
      const left = world.names().filter((name) => name.includes('.mfad-') || name.includes('recovery-'))
      const isStrayKept = fault.at > placed && fault.name === 'unlinkSync'
      if (fault.at <= placed) expect(harmless[fault.errno], label).toContain(fault.name)
      else if (left.length === 0 && !isQuiet(calls, fault))
        expect((outcome as { warnings: unknown[] }).warnings, label).not.toEqual([])
      // Nothing was written there, so that the next start can tell and removes it.
      if (left.length > 0) expect(isStrayKept || world.store.warnings().length > 0, label).toBe(true)
      await world.store.recover()
      expect(
        world.names().filter((name) => name.includes('.mfad-') || name.includes('recovery-')),
        label,
      ).toEqual([])
    }
    expect(refused).toBeGreaterThan(100)
  })

  it('says before the update what would fail, and creates nothing to find out', async () => {
    for (const fault of await faultsOf(scenario, (store) => store.checkReplaceable())) {
      const world = createWorld(scenario, fault)
      const before = [world.names(), world.content()]
      const label = `${fault.errno} at call ${fault.at}, ${fault.name}`
      try {
        world.store.checkReplaceable()
        const isHarmless = ['closeSync', 'accessSync'].includes(fault.name) || fault.errno === 'ENOENT'
        expect(isHarmless, label).toBe(true)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        expectTyped(error)
      }
      expect([world.names(), world.content()], label).toEqual(before)
      expect(world.open, label).toEqual(new Set())
    }
  })

  it('reads without throwing whatever fails', async () => {
    for (const fault of await faultsOf(scenario, (store) => store.read())) {
      const world = createWorld(scenario, fault)
      const label = `${fault.errno} at call ${fault.at}, ${fault.name}`
      const state = world.store.read()
      if (state.kind === 'unreadable') expectTyped(state.error)
      if (state.kind === 'present') expect(Buffer.from(state.bytes).toString(), label).toBe(oldText)
      if (state.kind === 'absent' && scenario.exists) expect(fault.errno, label).toBe('ENOENT')
      expect(world.open, label).toEqual(new Set())
    }
  })
})

it.each([
  ['ENOSPC', 'file.no-space'],
  ['EDQUOT', 'file.no-space'],
  ['EROFS', 'file.read-only'],
  ['EMFILE', 'file.too-many-open-files'],
  ['ENFILE', 'file.too-many-open-files'],
  ['EIO', 'file.io'],
  ['EWEIRD', 'file.io'],
])('calls %s at the rename %s', async (errno, code) => {
  const { store, calls } = createWorld(scenarios['a file that exists'])
  await update(store)
  const at = calls.findIndex(({ name }) => name === 'renameSync')
  const world = createWorld(scenarios['a file that exists'], { at, errno })
  await expect(update(world.store)).rejects.toMatchObject({ code })
})

const { EDQUOT } = constants.errno
it.each(['UNKNOWN', `Unknown system error -${EDQUOT}`])(
  'knows a used up quota, for which Node has no name (%s)',
  (code) => {
    const error = Object.assign(new Error(code), { code, errno: -EDQUOT })
    expect(fileError(error, '/home/a/.aws/credentials', 'replace')).toMatchObject({ code: 'file.no-space' })
  },
)

it.each(['EINVAL', 'ENOTSUP', 'ENOSYS'])(
  'takes a directory that cannot be synced (%s) as it is',
  async (errno) => {
    const { store, calls } = createWorld(scenarios['a file that exists'])
    await update(store)
    const at = calls.findLastIndex(({ name }) => name === 'fsync')
    const result = await update(createWorld(scenarios['a file that exists'], { at, errno }).store)
    expect(result.warnings).toEqual([])
  },
)

it('says how to go on where the file system has no hard links', async () => {
  const { store, calls } = createWorld(scenarios['a missing file'])
  await update(store)
  const at = calls.findIndex(({ name }) => name === 'linkSync')
  const world = createWorld(scenarios['a missing file'], { at, errno: 'EPERM' })
  await expect(update(world.store)).rejects.toMatchObject({
    code: 'file.cannot-replace',
    hint: expect.stringContaining('install -m 600 /dev/null /home/a/.aws/credentials'),
  })
  expect(world.names()).toEqual([])
})

it.each(['EBUSY', 'EXDEV', 'EACCES', 'EPERM'])(
  'writes a file that cannot be replaced (%s) where it stands',
  async (errno) => {
    const scenario = scenarios['a file that exists']
    const { store, calls } = createWorld(scenario)
    await update(store)
    const at = calls.findIndex(({ name }) => name === 'renameSync')
    const world = createWorld(scenario, { at, errno })
    expect(await update(world.store)).toMatchObject({ isChanged: true, warnings: [] })
    expect([world.content(), world.names()]).toEqual([newText, [scenario.file]])
  },
)

it('writes a file where it stands when its group has rights and a new file could not have it', async () => {
  const scenario = { ...scenarios['a file of another group'], mode: 0o640 }
  const { store, calls } = createWorld(scenario)
  await update(store)
  const at = calls.findIndex(({ name }) => name === 'fchownSync')
  const world = createWorld(scenario, { at, errno: 'EPERM' })
  await update(world.store)
  expect([world.content(), world.names()]).toEqual([newText, [scenario.file]])
  expect(world.facts()).toEqual({ mode: 0o100640, uid, gid: otherGid, nlink: 1 })
})
