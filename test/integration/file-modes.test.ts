// Who may read what the daemon writes, even when it was started with umask 0: strace tells with which mode each file was made,
// before its first byte.

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireProgram } from '../support/clients.ts'
import { aliceKeys, devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
let file: string
let log: string
let node: string

beforeEach(async (context) => {
  requireProgram(context, 'strace')
  sandbox = await openSandbox()
  file = sandbox.credentialsFile
  log = join(sandbox.home, 'strace.log')
  node = join(sandbox.home, 'node')
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
  const trace = `strace -D -f -o ${log} -e signal=none -e trace=open,openat,mkdir,mkdirat,umask`
  fs.writeFileSync(node, `#!/bin/sh\numask 0\nexec ${trace} ${process.execPath} "$@"\n`, { mode: 0o755 })
})
afterEach(() => sandbox?.close())

const modeOf = (path: string) => (fs.statSync(path).mode & 0o7777).toString(8)

/** With which mode files and directories were made below the home: by name, without what differs. */
function made(): Record<string, string> {
  const calls = fs
    .readFileSync(log, 'utf8')
    .matchAll(/ (?:openat|mkdir)\((?:AT_FDCWD, )?"([^"]+)".* (0\d+)\) = \d/g)
  const ours = [...calls].filter(([, path = '']) => path.startsWith(sandbox.home))
  return Object.fromEntries(
    ours.map(([, path = '', mode = '']) => [
      path
        .slice(sandbox.home.length + 1)
        .replace(/mfad-\d+-[0-9a-f]+|recovery-\d+-[0-9a-f]+/, (own) => own.split('-')[0] ?? ''),
      mode,
    ]),
  )
}

async function logIn(): Promise<string> {
  const daemon = await sandbox.startDaemon({}, { node })
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
  expect(exitCode).toBe(0)
  const kept = fs.readdirSync(dirname(file)).filter((name) => name.endsWith('.old'))
  const modes = kept.map((name) => modeOf(join(dirname(file), name)))
  await daemon.stop()
  return [stderr, ...modes].join('')
}

describe('started with umask 0, the daemon', () => {
  it.each(['600', '400'])(
    'keeps the mode %s, and nobody else can read the files on the way',
    async (mode) => {
      fs.chmodSync(file, Number.parseInt(mode, 8))
      // Of the old file's second name.
      expect(await logIn()).toBe(mode)
      expect(modeOf(file)).toBe(mode)
      expect(made()).toMatchObject({ '.aws/.credentials.mfad.tmp': '0600' })
    },
  )

  it('keeps a wider mode and says so, and nobody else can read the new file before', async () => {
    fs.chmodSync(file, 0o644)
    expect(await logIn()).toBe(
      `mfad: warning: ${file} can be read by other users (mode 0644)\n  → chmod go-rwx ${file}\n644`,
    )
    expect(modeOf(file)).toBe('644')
    expect(made()).toMatchObject({ '.aws/.credentials.mfad.tmp': '0600' })
  })

  it('creates the file with mode 0600 in a directory with mode 0700', async () => {
    fs.rmSync(dirname(file), { recursive: true })
    const config = join(sandbox.home, 'config')
    fs.writeFileSync(config, `${devConfig}${aliceKeys}`)
    sandbox.writeSettings(`[mfad]\nconfig_file = ${config}\n`)
    await logIn()
    expect([modeOf(file), modeOf(dirname(file))]).toEqual(['600', '700'])
    expect(made()).toMatchObject({ '.aws': '0700', '.aws/.credentials.mfad.tmp': '0600' })
  })

  it('writes in place with a recovery copy of mode 0600 in directories with mode 0700', async () => {
    fs.linkSync(file, join(sandbox.home, 'second'))
    fs.chmodSync(file, 0o640)
    await logIn()
    expect(modeOf(file)).toBe('640')
    expect(made()).toMatchObject({
      '.local': '0700',
      '.local/state': '0700',
      '.local/state/mfad': '0700',
      '.local/state/mfad/recovery.json': '0600',
    })
    expect(modeOf(join(sandbox.home, '.local/state/mfad'))).toBe('700')
  })

  it('gives nobody else rights to anything else either', async () => {
    await logIn()
    const others = spawnSync('find', [sandbox.home, '-newer', node, '-perm', '/077', '-not', '-type', 'l'], {
      encoding: 'utf8',
    })
    const ownOf = (path: string) => !path.startsWith(log) && path !== sandbox.home && path !== node
    expect(others.stdout.split('\n').filter((path) => path !== '' && ownOf(path))).toEqual([])
  })
})
