import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

type Source = { path: string; text: string; imports: Import[] }
type Import = { target: string; isLate: boolean; isTypeOnly: boolean }

const sources = readSources('src')

/** Which folder may import from which, and why it is so. A folder may always import from itself. */
const allowedFolders: Record<string, { from: string[]; reason: string }> = {
  core: { from: [], reason: 'decisions are tested without a world around them' },
  edges: { from: ['core'], reason: 'an edge touches one outside thing and decides nothing' },
  daemon: { from: ['core', 'edges'], reason: 'the daemon knows neither its command line nor the demo' },
  cli: {
    from: ['core', 'edges'],
    reason: 'the command line reaches the daemon over the socket only',
  },
  demo: { from: ['core', 'edges'], reason: 'the demo drives the real programs as a user would' },
}

/** Imports that are made at run time, from a bundle of their own. */
const lateImports: Record<string, string[]> = {
  'src/cli/commands/daemon.ts': ['src/daemon/main.ts'],
  'src/cli/commands/demo.ts': ['src/demo/main.ts'],
  'src/daemon/main.ts': ['src/edges/aws/sts.ts'],
  'src/demo/main.ts': ['src/edges/aws/sts.ts'],
}

/** The one file that may use a package, and why only that one. */
const packageOwners: Record<string, { file: string; reason: string }> = {
  '@aws-sdk/client-sts': {
    file: 'src/edges/aws/sts.ts',
    reason: 'it is most of the memory, and loaded at the first login',
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
  for (const [folder, { from, reason }] of Object.entries(allowedFolders)) {
    it(`lets ${folder}/ import from ${['itself', ...from].join(', ')} only: ${reason}`, () => {
      const foreign = filesIn(folder).flatMap(({ path, imports }) =>
        imports
          .filter(
            ({ target, isLate }) =>
              target.startsWith('src/') && !(isLate && lateImports[path]?.includes(target)),
          )
          .filter(({ target }) => ![folder, ...from].includes(folderOf(target)))
          .map(({ target }) => `${path} → ${target}`),
      )
      expect(foreign).toEqual([])
    })
  }

  it('covers every folder of src', () => {
    expect(
      [...new Set(sources.map(({ path }) => folderOf(path)))].filter((folder) => folder !== '').sort(),
    ).toEqual(Object.keys(allowedFolders).sort())
  })

  it('keeps core/ free of Node and of packages: they compute, and nothing else', () => {
    const outside = filesIn('core').flatMap(({ path, imports }) =>
      imports.filter(({ target }) => !target.startsWith('src/')).map(({ target }) => `${path} → ${target}`),
    )
    expect(outside).toEqual([])
  })

  it('keeps clocks, chance and the process out of core/: now is an argument', () => {
    const impure =
      /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bBuffer\.|\bsetTimeout\b|\bfetch\(|\bconsole\./
    expect(
      filesIn('core')
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
      'src/cli/run.ts',
      'src/cli/terminal/output.ts',
      'src/cli/terminal/terminal.ts',
      'src/core/errors.ts',
    ])
  })

  it('prints through cli/terminal/output.ts only: nothing else can leak a secret to a terminal', () => {
    const touching = sources.filter(({ text }) =>
      /\bconsole\.|process\.(?:stdout|stderr)|\bwriteSync\([12],/.test(withoutComments(text)),
    )
    expect(touching.map(pathOf)).toEqual(['src/cli/terminal/prompt.ts', 'src/cli/terminal/terminal.ts'])
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

  it('has no imports in a circle: a file can be read from the bottom up', () => {
    expect(
      sources
        .map(pathOf)
        .filter((path) => successors(path).some((next) => reachableFrom(next, isRuntime).has(path))),
    ).toEqual([])
  })
})

function isRuntime({ isTypeOnly, isLate }: Import): boolean {
  return !isTypeOnly && !isLate
}

function successors(path: string): string[] {
  return (find(path)?.imports ?? [])
    .filter((edge) => isRuntime(edge) && edge.target.startsWith('src/'))
    .map(({ target }) => target)
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

function filesIn(folder: string): Source[] {
  return sources.filter(({ path }) => folderOf(path) === folder)
}

function pathOf({ path }: Source): string {
  return path
}

function folderOf(path: string): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? ''
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
