import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
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
      'dist/aws.cjs',
      'dist/bare.cjs',
      'dist/connection.cjs',
      'dist/container-endpoint.cjs',
      'dist/daemon.cjs',
      'dist/demo.cjs',
      'dist/env-endpoint.cjs',
      'dist/help.cjs',
      'dist/keyring.cjs',
      'dist/known-profiles.cjs',
      'dist/licences.txt',
      'dist/local-status.cjs',
      'dist/login.cjs',
      'dist/mfad-config.5',
      'dist/mfad.1',
      'dist/mfad.cjs',
      'dist/overview.cjs',
      'dist/service.cjs',
      'dist/settings-file.cjs',
      'dist/sign-in.cjs',
      'dist/status.cjs',
      'dist/unknown-command.cjs',
      'dist/watch.cjs',
      'docs/how-it-is-built.md',
      'docs/integrations.md',
      'docs/keys.md',
      'docs/performance.md',
      'docs/security.md',
      'docs/settings.md',
      'docs/setup.md',
      'docs/troubleshooting.md',
      'launchd/io.mfad.daemon.plist',
      'package.json',
      'systemd/mfad.service',
      'systemd/mfad.socket',
    ])
  })

  it('ships the licence of every package that is in a bundle, with its text', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { version: string; license?: string }>
    }
    const text = readFileSync('dist/licences.txt', 'utf8')
    const shipped = [...text.matchAll(/^((?:@[\w.-]+\/)?[\w.-]+) (\d\S*) \((.+)\)$/gm)]
    expect(shipped.length).toBeGreaterThan(20)
    for (const [, name, shippedVersion, licence] of shipped)
      expect(packages[`node_modules/${name}`]).toMatchObject({ version: shippedVersion, license: licence })
    for (const name of ['@aws-sdk/client-sts', 'chokidar', 'https-proxy-agent', 'ini', 'pino'])
      expect(shipped.map(([, each]) => each)).toContain(name)
    // What asks for its text to be kept.
    expect(text).toMatch(/Permission is hereby granted, free of charge/)
    expect(text).toMatch(/Apache License\s+Version 2\.0/)
  })

  it('brings 12 packages of 8 MiB at most into a fresh directory, and no install script', async () => {
    const prefix = join(directory, 'small')
    const tarball = join(directory, `mfad-${version}.tgz`)
    const options = ['--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund']
    const installed = await npm('install', '--prefix', prefix, ...options, tarball)
    expect(installed.exitCode, installed.stderr).toBe(0)
    const { packages } = JSON.parse(
      readFileSync(join(prefix, 'node_modules/.package-lock.json'), 'utf8'),
    ) as { packages: Record<string, { hasInstallScript?: boolean }> }
    expect(Object.keys(packages).length).toBeLessThanOrEqual(12)
    expect(Object.values(packages).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
    expect(bytesIn(join(prefix, 'node_modules'))).toBeLessThanOrEqual(8 * 1024 * 1024)
  }, 180_000)

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

function bytesIn(path: string): number {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

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
