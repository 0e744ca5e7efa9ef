import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
    expect(files.sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/config.cjs',
      'dist/daemon.cjs',
      'dist/demo.cjs',
      'dist/iam.cjs',
      'dist/local-status.cjs',
      'dist/mfad.cjs',
      'dist/prompt.cjs',
      'dist/service.cjs',
      'dist/settings-file.cjs',
      'dist/setup.cjs',
      'dist/sts.cjs',
      'docs/how-it-is-built.md',
      'docs/integrations.md',
      'docs/security.md',
      'docs/settings.md',
      'docs/setup.md',
      'docs/troubleshooting.md',
      'launchd/io.mfad.daemon.plist',
      'package.json',
      'systemd/mfad.service',
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
    const demo = await mfad('demo')
    expect(demo.exitCode, demo.stdout + demo.stderr).toBe(0)
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
