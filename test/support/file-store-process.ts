// Runs file-store-driver.ts as a process of its own: as another user, or under strace, which kills it at a system call or
// makes that call fail.

import { execFile, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { readAcl } from '../../src/edges/files/disk/acl.ts'
import { keptPathOf, recoveryPathOf, tempPathOf } from '../../src/edges/files/disk/own-names.ts'
import { createFileStore, type FileStore } from '../../src/edges/files/store.ts'
import { type Action, type Answer, type Request, texts } from './file-store-driver.ts'

/** Above every pid that Linux gives. */
const driverPid = 2 ** 22 + 1
const limitMs = 20_000

const head = '[dev]\naws_secret_access_key = FIRSTSECRET\n'
const tail = '[last]\nregion = eu-west-1\n'
const oldText = head + texts.middle + tail

/** How a file stands there before, and what is done to it. */
export type Scene = {
  action: Action
  before: string | undefined
  after: string
  /** Makes the file, unless there is to be none, and answers where it really is. */
  prepare(path: string): string
}

export type Laboratory = {
  base: string
  /** A directory of its own for every run: the file there, and its state directory. */
  stage(scene: Scene): Stage
  run(request: Request, identity: { uid?: number; gid?: number }): Answer
  trace(stage: Stage, options: readonly string[]): Promise<Traced>
  callsOf(scene: Scene): Promise<Call[]>
  close(): void
}

export type Stage = {
  scene: Scene
  home: string
  path: string
  realPath: string
  stateDirectory: string
  request: Request
  content(): string | undefined
  /** Every name below its home. */
  names(): string[]
  /** Owner, mode and the like of the real file. */
  facts(): object | undefined
  /** The file store of a later process. */
  nextStore(): FileStore
}

export type Traced = { log: string; isKilled: boolean; answer: Answer | undefined }
export type Call = { name: string; nth: number }

const create = (path: string, text: string | undefined) => {
  if (text !== undefined) fs.writeFileSync(path, text, { mode: 0o600 })
  return path
}

const plain = (path: string) => create(path, oldText)
const nothing = (path: string) => path
const withSecondName = (path: string) => {
  fs.linkSync(plain(path), `${path}.second`)
  return path
}

const withKey = (key: string) =>
  `# mine\n[profile dev]\nnote = FIRSTSECRET\n${key}\n[services s]\nec2 =\n  endpoint_url = https://e\n`
const saving = {
  action: 'save',
  before: withKey(''),
  after: withKey(`${texts.saved.key} = ${texts.saved.value}\n`),
} as const
const config = (path: string) => {
  fs.chmodSync(create(path, saving.before), 0o644)
  return path
}

const isRoot = process.getuid?.() === 0

const appended = { action: 'append', before: oldText, after: oldText + texts.added } as const
export const scenes = {
  'a file': { ...appended, prepare: plain },
  'a file behind a symlink': {
    ...appended,
    prepare(path) {
      const target = join(dirname(path), 'dotfiles', 'aws')
      fs.mkdirSync(dirname(target))
      fs.symlinkSync('dotfiles/aws', path)
      return plain(target)
    },
  },
  ...(isRoot && {
    'a file of another group': {
      ...appended,
      prepare(path: string) {
        fs.chownSync(plain(path), 0, 5678)
        fs.chmodSync(path, 0o640)
        return path
      },
    },
  }),
  'a missing file': { action: 'append', before: undefined, after: texts.added, prepare: nothing },
  'a dangling symlink, to a missing directory': {
    action: 'append',
    before: undefined,
    after: texts.added,
    prepare(path) {
      fs.symlinkSync('dotfiles/aws', path)
      return join(dirname(path), 'dotfiles', 'aws')
    },
  },
  'in place, by appending,': { ...appended, prepare: withSecondName },
  'in place, in the middle and shorter,': {
    action: 'cut',
    before: oldText,
    after: head + tail,
    prepare: withSecondName,
  },
  'in place, in the middle and longer,': {
    action: 'insert',
    before: oldText,
    after: head + texts.middle + texts.added + tail,
    prepare: withSecondName,
  },
  'a file that another program writes to late': {
    action: 'late',
    before: oldText,
    after: oldText + texts.late + texts.added,
    prepare: plain,
  },
  'a file that another program writes to late, which cannot be merged': {
    ...appended,
    action: 'unmergeable',
    prepare: plain,
  },
  'a config file, in which the daemon sets a key,': { ...saving, prepare: config },
  'a config file in place, in which the daemon sets a key,': {
    ...saving,
    prepare(path) {
      fs.linkSync(config(path), `${path}.second`)
      return path
    },
  },
} satisfies Record<string, Scene>

export const hasStrace = spawnSync('strace', ['-V']).status === 0

export async function openLaboratory(): Promise<Laboratory> {
  const base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'mfad-file-process-')))
  fs.chmodSync(base, 0o755)
  const script = join(base, 'driver.cjs')
  const contents = `import { drive } from './file-store-driver.ts'
    drive(JSON.parse(process.argv[2])).then((answer) => console.log(JSON.stringify(answer)))`
  const stdin = { contents, resolveDir: resolve('test/support'), loader: 'ts' as const }
  await build({ stdin, bundle: true, platform: 'node', format: 'cjs', outfile: script, logLevel: 'error' })
  let stages = 0
  const laboratory: Laboratory = {
    base,
    stage: (scene) => createStage(join(base, String(stages++)), scene),
    run(request, identity) {
      const args = [script, JSON.stringify(request)]
      const { stdout, stderr } = spawnSync(process.execPath, args, {
        ...identity,
        encoding: 'utf8',
        timeout: limitMs,
      })
      if (stdout === '') throw new Error(stderr)
      return JSON.parse(stdout)
    },
    trace: (stage, options) => trace(script, stage, options),
    async callsOf(scene) {
      const { log, answer } = await laboratory.trace(laboratory.stage(scene), [])
      if (answer === undefined || answer.error !== undefined) throw new Error(JSON.stringify(answer))
      return callsIn(log)
    },
    close() {
      // Who is not root cannot empty a read-only directory.
      for (const entry of fs.readdirSync(base, { withFileTypes: true })) {
        if (entry.isDirectory()) fs.chmodSync(join(base, entry.name), 0o700)
      }
      fs.rmSync(base, { recursive: true, force: true })
    },
  }
  return laboratory
}

function createStage(home: string, scene: Scene): Stage {
  const path = join(home, 'aws', 'credentials')
  const stateDirectory = join(home, 'state', 'mfad')
  fs.mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  fs.mkdirSync(dirname(stateDirectory), { mode: 0o700 })
  const realPath = scene.prepare(path)
  const identity = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  return {
    scene,
    home,
    path,
    realPath,
    stateDirectory,
    request: { action: scene.action, path, stateDirectory, pid: driverPid, home },
    content: () => (fs.existsSync(realPath) ? fs.readFileSync(realPath, 'utf8') : undefined),
    names: () => fs.readdirSync(home, { recursive: true, encoding: 'utf8' }).sort(),
    facts() {
      if (!fs.existsSync(realPath)) return undefined
      const { mode, uid, gid, nlink, ino } = fs.statSync(realPath)
      return { mode, uid, gid, nlink, ino }
    },
    nextStore: () =>
      createFileStore({
        fs,
        path,
        pid: process.pid,
        ...identity,
        randomName: () => 'y',
        isAlive: (pid) => pid !== driverPid,
        stateDirectory,
        witnessRenames: () => undefined,
        readAcl,
      }),
  }
}

/** strace counts per thread: fsync, the only call in the thread pool, has to be on one and the same thread. */
async function trace(script: string, stage: Stage, options: readonly string[]): Promise<Traced> {
  const log = `${stage.home}.strace`
  const args = ['-f', '-o', log, ...pathsOf(stage).flatMap((name) => ['-P', name])]
  const injections = options.flatMap((option) => ['-e', option])
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  const stdout = await new Promise<string>((done) => {
    execFile(
      'strace',
      [...args, ...injections, process.execPath, script, JSON.stringify(stage.request)],
      { env, timeout: limitMs },
      (_error, out) => done(out),
    )
  })
  const text = fs.readFileSync(log, 'utf8')
  return {
    log: text,
    isKilled: text.includes('+++ killed by SIGKILL +++'),
    answer: stdout === '' ? undefined : JSON.parse(stdout),
  }
}

/** Everything of ours that a driver may touch there; strace looks at nothing else. */
function pathsOf({ path, realPath, stateDirectory, scene }: Stage): string[] {
  const contents = [scene.before ?? '', oldText + texts.added].map((text) => Buffer.from(text))
  const own = [
    tempPathOf(realPath, driverPid, 'x'),
    ...contents.map((bytes) => keptPathOf(realPath, driverPid, 'x', bytes)),
    recoveryPathOf(stateDirectory, driverPid, 'x'),
  ]
  return [...new Set([path, realPath, dirname(path), dirname(realPath), stateDirectory, ...own])]
}

/** Every system call as strace counts them: by name. */
function callsIn(log: string): Call[] {
  const counts = new Map<string, number>()
  return [...log.matchAll(/^\d+ +([a-z0-9_]+)\(/gm)].map(([, name = '']) => {
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    return { name, nth }
  })
}

export async function inParallel<T>(
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
