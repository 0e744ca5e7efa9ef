import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

type Source = { path: string; text: string; imports: Import[] }
type Import = { target: string; isLate: boolean; isTypeOnly: boolean }

const sources = readSources('src')

/** The methods of Node's console, and not the AWS console: `console.aws.amazon.com`, or a file of that name. */
const consoleCall = /\bconsole\.(?:assert|count|debug|dir|error|group|info|log|table|time|trace|warn)/.source

/**
 * Which room may import from which, and why it is so. A room is a folder of src; it may always import from itself.
 * `core/*` means every room of core, and core itself.
 */
const allowedRooms: Record<string, { from: string[]; reason: string }> = {
  core: {
    from: ['core/document', 'core/profiles', 'core/text', 'core/time'],
    reason: 'errors, wire and status are what daemon and command line have in common',
  },
  'core/doctor': {
    from: [
      'core',
      'core/document',
      'core/login',
      'core/profiles',
      'core/service',
      'core/settings',
      'core/text',
    ],
    reason: 'what is wrong follows from what was seen; who sees it is elsewhere',
  },
  'core/document': { from: ['core', 'core/text'], reason: 'it reads any file, and knows no profile' },
  'core/login': {
    from: ['core', 'core/profiles', 'core/settings', 'core/text', 'core/time'],
    reason: 'what a login needs is decided before anything is asked or written',
  },
  'core/plan': {
    from: ['core', 'core/login', 'core/profiles', 'core/text', 'core/time'],
    reason: 'what is due when follows from the sessions and the time alone',
  },
  'core/profiles': {
    from: ['core', 'core/document', 'core/text', 'core/time'],
    reason: 'what a profile is follows from the two files alone',
  },
  'core/service': {
    from: ['core', 'core/text'],
    reason: 'a service is text, so that macOS is tested on Linux',
  },
  'core/settings': {
    from: ['core', 'core/document', 'core/profiles', 'core/text', 'core/time'],
    reason: 'settings are values; who uses them asks for them',
  },
  'core/status-text': {
    from: ['core', 'core/profiles', 'core/text', 'core/time'],
    reason: 'the daemon lays it out for the command line, which does so itself where it has to',
  },
  'core/text': { from: [], reason: 'words and quoting are at the bottom' },
  'core/time': { from: ['core'], reason: 'durations and instants are at the bottom' },
  'core/writes': {
    from: ['core', 'core/document', 'core/profiles', 'core/text'],
    reason: 'what is to stand in the file is decided without a disk',
  },
  edges: {
    from: ['core/*', 'edges/files', 'edges/files/disk'],
    reason: 'an edge touches one outside thing and decides nothing',
  },
  'edges/aws': { from: ['core/*', 'edges'], reason: 'AWS knows nothing of our files' },
  'edges/desktop': {
    from: ['core/*', 'edges', 'edges/programs'],
    reason: 'a desktop is asked by its programs',
  },
  'edges/files': {
    from: [
      'core/*',
      'edges',
      'edges/files/disk',
      'edges/files/in-place',
      'edges/files/late',
      'edges/files/replace',
    ],
    reason: 'the store is the one door to the files of the user',
  },
  'edges/files/disk': { from: ['core/*'], reason: 'the calls of the file system are at the bottom' },
  'edges/files/in-place': { from: ['core/*', 'edges/files/disk'], reason: 'one of two ways to write' },
  'edges/files/late': {
    from: ['core/*', 'edges', 'edges/files/disk'],
    reason: 'it follows what either way has replaced, by the clock',
  },
  'edges/files/replace': {
    from: ['core/*', 'edges/files/disk', 'edges/files/in-place', 'edges/files/late'],
    reason: 'it falls back to writing in place, and hands the old file to those who follow it',
  },
  'edges/keys': {
    from: ['core/*', 'edges', 'edges/desktop', 'edges/programs'],
    reason: 'keys come from programs, and from the keyring of the desktop',
  },
  'edges/programs': {
    from: ['core/*', 'edges', 'edges/files/disk'],
    reason: 'a program is started in one way',
  },
  'edges/service': {
    from: ['core/*', 'edges', 'edges/files/disk', 'edges/programs'],
    reason: 'it carries out what core/service has planned',
  },
  daemon: {
    from: ['core/*', 'daemon/*', 'edges/*'],
    reason: 'the composition root and the agent; neither knows the command line or the demo',
  },
  'daemon/files': {
    from: ['core/*', 'daemon', 'edges', 'edges/files', 'edges/files/disk', 'edges/files/late'],
    reason: 'what is known of the files, and what is written to them',
  },
  'daemon/keys': {
    from: ['core/*', 'daemon', 'daemon/files', 'daemon/login', 'edges', 'edges/aws', 'edges/keys'],
    reason: 'it moves keys between a file and the keyring, and asks AWS whose they are',
  },
  'daemon/login': {
    from: ['core/*', 'daemon', 'daemon/files', 'edges', 'edges/aws', 'edges/keys'],
    reason: 'it asks AWS, then writes',
  },
  'daemon/reminders': {
    from: ['core/*', 'daemon', 'daemon/files', 'edges', 'edges/desktop'],
    reason: 'it asks the user, and hands the answer to a login',
  },
  'daemon/socket': { from: ['core/*', 'daemon', 'edges'], reason: 'requests in, answers out' },
  cli: { from: ['cli/*', 'core/*'], reason: 'the table of commands, and how one is run' },
  'cli/commands': {
    from: ['cli/*', 'core/*', 'edges', 'edges/programs', 'edges/service'],
    reason: 'one file for each command; the daemon is reached over the socket only',
  },
  'cli/connection': {
    from: ['cli', 'cli/terminal', 'core/*', 'edges', 'edges/files'],
    reason: 'what the daemon says, or the files where there is none',
  },
  'cli/doctor': {
    from: ['cli/connection', 'cli/terminal', 'core/*', 'edges/*'],
    reason: 'it looks at everything, and decides nothing',
  },
  'cli/terminal': { from: ['core', 'core/text'], reason: 'the only place that prints knows no command' },
  'cli/text': { from: ['cli/terminal', 'core/*'], reason: 'words, with nothing behind them' },
  'single-file': {
    from: ['core', 'core/login', 'edges', 'edges/files', 'edges/files/disk'],
    reason: 'it stands in for what a single file cannot have beside it',
  },
  demo: {
    from: ['core/*', 'demo/*', 'edges/*'],
    reason: 'the demo drives the real programs as a user would',
  },
  'demo/sts': { from: [], reason: 'AWS in small: it must not share the mistakes of what it tests' },
}

/** Imports that are made at run time, from a bundle of their own. */
const lateImports: Record<string, string[]> = {
  'src/cli/commands/console.ts': ['src/edges/aws/sign-in.ts'],
  'src/cli/commands/daemon.ts': ['src/daemon/main.ts'],
  'src/cli/commands/demo.ts': ['src/demo/main.ts'],
  'src/cli/commands/serve.ts': ['src/edges/container-endpoint.ts'],
  'src/cli/doctor/aws.ts': ['src/edges/aws/sts.ts'],
  'src/daemon/main.ts': ['src/edges/aws/sts.ts', 'src/edges/aws/iam.ts'],
  'src/demo/main.ts': ['src/edges/aws/sts.ts'],
  'src/edges/aws/connection.ts': ['src/edges/aws/proxy-agent.ts'],
}

/** The one file that may use a package, and why only that one. */
const packageOwners: Record<string, { file: string; reason: string }> = {
  '@aws-sdk/client-sts': {
    file: 'src/edges/aws/sts.ts',
    reason: 'it is most of the memory, and loaded at the first login',
  },
  '@aws-sdk/client-iam': {
    file: 'src/edges/aws/iam.ts',
    reason: 'most computers never need it: it is loaded when a device is looked for, or a key exchanged',
  },
  '@aws-sdk/core': {
    file: 'src/edges/aws/partitions.ts',
    reason: 'what the SDK knows of regions is asked of it, and not written down again',
  },
  'https-proxy-agent': {
    file: 'src/edges/aws/proxy-agent.ts',
    reason: 'what it leaves out is made up for there: whom TLS trusts, and what a proxy answers',
  },
  '@napi-rs/keyring': {
    file: 'src/edges/keys/keyring-process.ts',
    reason: 'it is native code that may wait for a password: it runs in a process of its own',
  },
  chokidar: { file: 'src/edges/watcher.ts', reason: 'what it misses is known and made up for there' },
  ini: { file: 'src/edges/settings-file.ts', reason: 'it damages AWS files; it reads our own settings only' },
  'node-notifier': {
    file: 'src/edges/desktop/notifier.ts',
    reason: 'its Linux class runs a shell; texts are made safe there',
  },
  pino: { file: 'src/edges/logger.ts', reason: 'there is one log' },
}

describe('the architecture', () => {
  for (const [room, { from, reason }] of Object.entries(allowedRooms)) {
    it(`lets ${room}/ import from ${['itself', ...from].join(', ')} only: ${reason}`, () => {
      const foreign = sources
        .filter(({ path }) => roomOf(path) === room)
        .flatMap(({ path, imports }) =>
          imports
            .filter(
              ({ target, isLate }) =>
                target.startsWith('src/') && !(isLate && lateImports[path]?.includes(target)),
            )
            .filter(({ target }) => ![room, ...from].some((allowed) => isIn(roomOf(target), allowed)))
            .map(({ target }) => `${path} → ${target}`),
        )
      expect(foreign).toEqual([])
    })
  }

  it('has a row for every room of src, and no row too many', () => {
    const rooms = new Set(sources.map(({ path }) => roomOf(path)))
    expect([...rooms].sort()).toEqual(Object.keys(allowedRooms).sort())
  })

  it('keeps core/ free of Node and of packages: they compute, and nothing else', () => {
    const outside = filesOfCore().flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !target.startsWith('src/')).map(({ target }) => `${path} → ${target}`),
    )
    expect(outside).toEqual([])
  })

  it('keeps clocks, chance and the process out of core/: now is an argument', () => {
    const impure = new RegExp(
      `${consoleCall}|\\bDate\\.now\\b|\\bnew Date\\(\\)|\\bMath\\.random\\b|(?<!-)\\bprocess\\.|\\bBuffer\\.|\\bsetTimeout\\b|\\bfetch\\(`,
    )
    expect(
      filesOfCore()
        .filter(({ text }) => impure.test(withoutComments(text)))
        .map(pathOf),
    ).toEqual([])
  })

  for (const [name, { file, reason }] of Object.entries(packageOwners)) {
    it(`lets only ${file} use ${name}: ${reason}`, () => {
      const users = sources.filter(({ imports }) =>
        imports.some(({ target }) => target === name || target.startsWith(`${name}/`)),
      )
      expect(users.map(pathOf)).toEqual([file])
    })
  }

  it('uses no package beyond those', () => {
    const names = sources
      .flatMap(({ imports }) => imports.map(({ target }) => target))
      .filter((target) => !/^(?:src\/|node:)/.test(target))
    expect(
      [...new Set(names)].filter(
        (name) => !Object.keys(packageOwners).some((known) => name === known || name.startsWith(`${known}/`)),
      ),
    ).toEqual([])
  })

  it('keeps the AWS SDK, chokidar, pino, node-notifier and node:http out of the command line: a status takes no longer than Node itself', () => {
    const heavy = [...reachableFrom('src/cli/main.ts')].filter((target) =>
      /^(?:@aws-sdk\/.*|chokidar|pino|node-notifier.*|node:http|node:https|src\/daemon\/.*|src\/demo\/.*)$/.test(
        target,
      ),
    )
    expect(heavy).toEqual([])
  })

  it('loads what a command needs only when it runs: the first screenful is plain', () => {
    const eager = [...reachableFrom('src/cli/main.ts', (edge) => !edge.isLate)]
    expect(eager.filter((target) => target.startsWith('src/')).sort()).toEqual([
      'src/cli/command-table.ts',
      'src/cli/main.ts',
      'src/cli/plain-words.ts',
      'src/cli/run.ts',
      'src/cli/terminal/output.ts',
      'src/cli/terminal/terminal.ts',
      'src/core/errors.ts',
      'src/core/text/clean.ts',
      'src/core/text/styles.ts',
    ])
  })

  it('prints through cli/terminal/output.ts only: nothing else can leak a secret to a terminal', () => {
    const printing = new RegExp(`${consoleCall}|process\\.(?:stdout|stderr)|\\bwriteSync\\([12],`)
    const touching = sources.filter(({ text }) => printing.test(withoutComments(text)))
    expect(touching.map(pathOf)).toEqual([
      'src/cli/terminal/prompt.ts',
      'src/cli/terminal/terminal.ts',
      // A process of the daemon's: its output is a pipe that the daemon reads.
      'src/edges/keys/keyring-process.ts',
    ])
    const printers = sources.filter(({ imports }) =>
      imports.some(({ target }) => target === 'src/cli/terminal/terminal.ts'),
    )
    expect(printers.map(pathOf)).toEqual(['src/cli/terminal/output.ts'])
    // Everything else is cleaned of control sequences.
    const controlling = sources.filter(({ text }) => /\.control\(/.test(text))
    expect(controlling.map(pathOf)).toEqual(['src/cli/terminal/screen.ts'])
  })

  it('never calls process.exit, and sets the exit code in the executable only', () => {
    expect(sources.filter(({ text }) => /process\.exit\(/.test(text)).map(pathOf)).toEqual([])
    expect(sources.filter(({ text }) => /process\.exitCode\s*=/.test(text)).map(pathOf)).toEqual([
      'src/cli/main.ts',
    ])
  })

  it('keeps state in objects: no module-level let', () => {
    expect(sources.filter(({ text }) => /^(?:export )?let /m.test(text)).map(pathOf)).toEqual([])
  })

  it('keeps the socket client under 60 lines: it is loaded by every command', () => {
    const { text } = sources.find(({ path }) => path === 'src/cli/connection/client.ts') ?? {
      text: '\n'.repeat(99),
    }
    expect(text.split('\n').length).toBeLessThanOrEqual(60)
  })

  it('has no files that import each other in a circle, types and late imports counted', () => {
    expect(circles(new Map(sources.map(({ path, imports }) => [path, imports.map(targetOf)])))).toEqual([])
  })

  it('would find a circle', () => {
    const circle = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['a']],
      ['d', []],
    ])
    expect(circles(circle)).toEqual(['a', 'b', 'c'])
  })
})

/** The files from which imports lead back to themselves. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const leadsTo = (start: string) => {
    const seen = new Set<string>()
    const queue = [...(imports.get(start) ?? [])]
    for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
      if (seen.has(path)) continue
      seen.add(path)
      queue.push(...(imports.get(path) ?? []))
    }
    return seen
  }
  return [...imports.keys()].filter((path) => leadsTo(path).has(path))
}

/** Everything that is loaded with a file. What is only a type is not. */
function reachableFrom(start: string, follow: (edge: Import) => boolean = () => true): Set<string> {
  const seen = new Set<string>()
  const queue = [start]
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const from = path
    for (const edge of find(path)?.imports ?? []) {
      const isOwnBundle = edge.isLate && lateImports[from]?.includes(edge.target)
      if (!edge.isTypeOnly && !isOwnBundle && follow(edge)) queue.push(edge.target)
    }
  }
  return seen
}

function find(path: string): Source | undefined {
  return sources.find((source) => source.path === path)
}

function filesOfCore(): Source[] {
  return sources.filter(({ path }) => path.startsWith('src/core/'))
}

function pathOf({ path }: Source): string {
  return path
}

function targetOf({ target }: Import): string {
  return target
}

/** `edges/files/disk` of src/edges/files/disk/bytes.ts. */
function roomOf(path: string): string {
  return dirname(path).slice('src/'.length)
}

function isIn(room: string, allowed: string): boolean {
  if (!allowed.endsWith('/*')) return room === allowed
  const top = allowed.slice(0, -2)
  return room === top || room.startsWith(`${top}/`)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

function readSources(directory: string): Source[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(directory, name))
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8'), imports: importsOf(path) }))
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const resolve = (target: string) =>
    target.startsWith('.') ? relative('.', join(dirname(path), target)) : target
  const eager = [...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)].map(
    ([, type, target = '']) => ({
      target: resolve(target),
      isLate: false,
      isTypeOnly: type !== undefined,
    }),
  )
  const late = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, target = '']) => ({
    target: resolve(target),
    isLate: true,
    isTypeOnly: false,
  }))
  return [...eager, ...late]
}
