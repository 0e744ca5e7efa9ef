// What is another thing where mfad is a single file: `npm run test:executable`.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mountObstacle, openMountNamespace } from '../support/mount-namespace.ts'
import { isSingleFile, keyringArgv, nodePath } from '../support/program.ts'
import { openDevSandbox, run, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const noMounts = mountObstacle()
const start = (program: string, args: readonly string[], env: Record<string, string> = {}) =>
  spawn(program, args, { env: { ...sandbox.environment, ...env }, stdio: 'pipe' })

describe.skipIf(!isSingleFile)(
  `mfad as a single file${isSingleFile ? '' : ' (npm run test:executable)'}`,
  () => {
    it('has nothing beside it that it needs, and knows itself by whatever name it is called', async () => {
      const link = join(sandbox.home, 'bin/m')
      symlinkSync(nodePath, link)
      for (const program of [link, 'm']) {
        expect((await run(start(program, ['--version']))).stdout).toBe(`${version}\n`)
        const { stdout } = await run(start(program, ['install', '--dry-run']))
        expect(stdout).toContain(`\nExecStart="${nodePath}" "daemon"\n`)
        expect(stdout).toContain('\nListenStream=%t/mfad/mfad.sock\n')
      }
    })

    it('takes nothing for Node: neither from the environment nor from its words', async () => {
      const environment = { NODE_OPTIONS: '--no-such-option' }
      expect(await run(start(nodePath, ['--version'], environment))).toMatchObject({
        exitCode: 0,
        stderr: '',
      })
      await sandbox.startDaemon()
      await sandbox.mfad('login', 'dev', sandbox.code())
      const words = ['--node-options=--no-such-option', '--inspect', '-e', '1']
      const { stdout } = await sandbox.mfad('exec', 'dev', '--', 'printf', '%s\\n', ...words)
      expect(stdout.trimEnd().split('\n')).toEqual(words)
    })

    it('is one process as the daemon, with its flags, and the doctor does not miss them', async () => {
      const { process } = await sandbox.startDaemon()
      expect((await sandbox.status()).daemon?.pid).toBe(process.pid)
      const { stdout } = await sandbox.mfad('doctor', '--json')
      expect(stdout).not.toContain('daemon.not-hardened')
    })

    it('shows the licences of what is in it, Node among them', async () => {
      const { stdout } = await sandbox.mfad('--licences')
      expect(stdout).toMatch(/^MIT License\n/)
      for (const name of ['pino', '@napi-rs/keyring', 'node-notifier', 'which'])
        expect(stdout).toMatch(new RegExp(`^${name} \\d`, 'm'))
      expect(stdout).toContain('\nNode.js is licensed for use as follows:\n')
    })

    it('shows a notification without buttons by the library in it', async () => {
      await sandbox.startDaemon()
      const { exitCode, stdout } = await sandbox.mfad('notify-test')
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining('notify-send')])
      expect(sandbox.notifications()).toEqual([expect.arrayContaining(['--app-name'])])
    })

    it('leaves nothing of the library that reads the keyring', async () => {
      const asked = await askKeyring()
      expect(asked.stdout).toMatch(/^\{"failure":"(?!the library)/)
      expect(readdirSync(join(sandbox.home, '.local/state/mfad'))).toEqual([])
    })

    it('loads no library from where somebody else can write', async () => {
      const directory = join(sandbox.home, '.local/state/mfad')
      mkdirSync(directory, { recursive: true })
      await run(spawn('chmod', ['777', directory]))
      expect((await askKeyring()).stdout).toMatch(
        /the library that reads the keyring cannot be loaded .*mfad/,
      )
      expect(readdirSync(directory)).toEqual([])
    })

    it.skipIf(noMounts !== undefined)(
      `says what to do where no program may run from its state directory${noMounts ? ` (not here: ${noMounts})` : ''}`,
      async ({ onTestFinished }) => {
        const namespace = await openMountNamespace()
        onTestFinished(() => namespace.close())
        const directory = join(sandbox.home, '.local/state')
        mkdirSync(directory, { recursive: true })
        namespace.run('mount', '-t', 'tmpfs', '-o', 'noexec', 'tmpfs', directory)
        const ask = `echo '${request}' | "$0" "$@"`
        const said = namespace.run('env', `HOME=${sandbox.home}`, 'sh', '-c', ask, ...keyringArgv)
        expect(said).toContain(`the library that reads the keyring cannot be loaded from ${directory}`)
        expect(existsSync(namespace.outside(join(directory, 'mfad')))).toBe(true)
        expect(readdirSync(namespace.outside(join(directory, 'mfad')))).toEqual([])
      },
    )
  },
)

const request = JSON.stringify({ action: 'read', item: 'dev/x' })

/** There is no bus here, so no keyring either. */
function askKeyring() {
  const [program = '', ...words] = keyringArgv
  return run(start(program, words, { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }), request)
}
