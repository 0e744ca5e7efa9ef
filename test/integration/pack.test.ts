import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, run } from '../support/sandbox.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
let directory: string
let files: string[]

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mfad-pack-'))
  const { exitCode, stdout, stderr } = await npm(
    'pack',
    '--json',
    '--ignore-scripts',
    '--pack-destination',
    directory,
  )
  if (exitCode !== 0) throw new Error(stderr)
  files = packedFiles(stdout)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('the package', () => {
  it('holds the bundles, the service templates and the words, and no source', () => {
    // Of each command one.
    const bundles = files.filter((name) => /^dist\/command-[a-z-]+\.cjs$/.test(name))
    expect(bundles).toContain('dist/command-status.cjs')
    expect(files.filter((name) => !bundles.includes(name)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'completion/mfad.bash',
      'completion/mfad.fish',
      'completion/mfad.zsh',
      'dist/connection.cjs',
      'dist/daemon.cjs',
      'dist/demo.cjs',
      'dist/iam.cjs',
      'dist/keyring.cjs',
      'dist/local-status.cjs',
      'dist/mfad-config.5',
      'dist/mfad.1',
      'dist/mfad.cjs',
      'dist/settings-file.cjs',
      'dist/sts.cjs',
      'docs/how-it-is-built.md',
      'docs/integrations.md',
      'docs/keys.md',
      'docs/security.md',
      'docs/settings.md',
      'docs/troubleshooting.md',
      'launchd/io.mfad.daemon.plist',
      'package.json',
      'systemd/mfad.service',
      'systemd/mfad.socket',
    ])
  })

  it('installs from its tarball into a prefix and runs there', async () => {
    const prefix = join(directory, 'prefix')
    const tarball = join(directory, `mfad-${version}.tgz`)
    const installed = await npm('install', '--global', '--prefix', prefix, '--no-audit', '--no-fund', tarball)
    expect(installed.exitCode, installed.stderr).toBe(0)
    const mfad = (...args: string[]) =>
      execute(join(prefix, 'bin/mfad'), args, { HOME: directory, PATH: process.env.PATH })
    expect(await mfad('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' })
    for (const page of ['man1/mfad.1', 'man5/mfad-config.5'])
      expect(existsSync(join(prefix, 'share/man', page))).toBe(true)
    const demo = await mfad('demo')
    expect(demo.exitCode, demo.stdout + demo.stderr).toBe(0)
    expect((await mfad('completion', 'bash')).stdout).toContain('\ncomplete -F _mfad mfad\n')
    const unit = await mfad('install', '--dry-run')
    expect(unit.stdout).toContain(join(prefix, 'lib/node_modules/mfad/dist/mfad.cjs'))
  }, 180_000)
})

function npm(...args: string[]): Promise<Ended> {
  return execute('npm', args, process.env)
}

function execute(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return run(spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] }))
}

/** npm 10 prints a list, npm 11 an object by name. */
function packedFiles(stdout: string): string[] {
  const parsed = JSON.parse(stdout.slice(stdout.search(/[[{]/))) as Record<
    string,
    { files: { path: string }[] }
  >
  return Object.values(parsed).flatMap(({ files: packed }) => packed.map(({ path }) => path))
}
