// A device with an mfa_process: the real daemon, a real shell, and an STS that takes real codes. The command reads the
// code of the moment from a file that the test keeps.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let codeFile: string
beforeEach(async () => {
  sandbox = await openSandbox()
  codeFile = join(sandbox.home, 'code')
  sandbox.writeCredentials(devCredentials)
})
afterEach(() => sandbox.close())

const useCommand = (command: string) => sandbox.writeConfig(`${devConfig}mfa_process = ${command}\n`)
const dev = async () => (await sandbox.status()).profiles[0]

describe('mfad login without a code', () => {
  it('takes it from the command', async () => {
    useCommand(`cat ${codeFile}`)
    writeFileSync(codeFile, `account 111122223333: ${sandbox.code()}\n`)
    await sandbox.startDaemon()
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev')
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toContain('dev → [dev-mfa] until ')
    expect(await dev()).toMatchObject({ state: 'valid', renews: 'by-itself' })
    expect((await sandbox.mfad('status')).stdout).toContain(', renews by itself')
  })

  it('says why the command failed, and repeats neither code nor secret', async () => {
    useCommand(`cat ${codeFile}; echo "no key for $(cat ${codeFile})" >&2; exit 3`)
    writeFileSync(codeFile, sandbox.code())
    const daemon = await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev')
    expect(exitCode).toBe(4)
    expect(stderr).toBe(
      'mfad: mfa_process of dev failed (exit status 3): no key for ******\n  → run it by hand to see why, or give the code yourself: mfad login dev CODE\n',
    )
    expect((await dev())?.lastError?.code).toBe('device.mfa-process-failed')
    sandbox.watchForSecrets(daemon.log())
    expect(sandbox.codesSent()).toHaveLength(0)
  })

  it('says that systemd withholds the rights that the command would take', async () => {
    const bin = (name: string) => join(sandbox.home, 'bin', name)
    writeFileSync(bin('op'), '#!/bin/sh\necho "cannot connect to the app" >&2\nexit 1\n', { mode: 0o755 })
    writeFileSync(bin('limited'), `#!/bin/sh\nexec setpriv --no-new-privs ${process.execPath} "$@"\n`, {
      mode: 0o755,
    })
    useCommand('op read op://dev/otp')
    await sandbox.startDaemon({}, { node: bin('limited') })
    const plain = await sandbox.mfad('login', 'dev')
    expect(plain.stderr).toContain('cannot connect to the app\n  → run it by hand to see why, or')
    chmodSync(bin('op'), 0o2755)
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev')
    expect(exitCode).toBe(4)
    expect(stderr).toBe(
      'mfad: mfa_process of dev failed (exit status 1): cannot connect to the app\n  → op takes other rights than yours, which the service may not: loosen it as "what the service may do" in mfad\'s docs/security.md says, or give the code yourself: mfad login dev CODE\n',
    )
  })

  it('gives the command nothing of AWS, and lets no mfad in it wait for itself', async () => {
    const seen = join(sandbox.home, 'seen')
    useCommand(
      `env > ${seen}; ${process.execPath} dist/mfad.cjs login dev 2>> ${seen}; echo $? >> ${seen}; cat ${codeFile}`,
    )
    sandbox.writeConfig(readConfig().replaceAll('dist/mfad.cjs', join(process.cwd(), 'dist/mfad.cjs')))
    writeFileSync(codeFile, sandbox.code())
    await sandbox.startDaemon()
    expect((await sandbox.mfad('login', 'dev')).exitCode).toBe(0)
    const text = readFileSync(seen, 'utf8')
    expect(text).toContain('MFAD_INSIDE=1')
    expect(text).not.toContain('AWS_')
    expect(text).toMatch(/mfad does not run inside a command that mfad runs\n.*\n2\n$/)
  })

  it('does not run a command that others could have written', async () => {
    const ran = join(sandbox.home, 'ran')
    useCommand(`touch ${ran}; cat ${codeFile}`)
    writeFileSync(codeFile, sandbox.code())
    const config = join(sandbox.home, '.aws/config')
    chmodSync(config, 0o666)
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev')
    expect(exitCode).toBe(7)
    expect(stderr).toContain(`mfad: ${config} can be changed by other users`)
    expect(stderr).toContain(`→ chmod go-w ${config}`)
    expect(existsSync(ran)).toBe(false)
    chmodSync(config, 0o600)
    expect((await sandbox.mfad('login', 'dev')).exitCode).toBe(0)
  })

  it('needs no restart of the daemon when the command is mended', async () => {
    useCommand('exit 1')
    await sandbox.startDaemon()
    expect((await sandbox.mfad('login', 'dev')).exitCode).toBe(4)
    useCommand(`cat ${codeFile}`)
    writeFileSync(codeFile, sandbox.code())
    expect((await sandbox.mfad('login', 'dev')).exitCode).toBe(0)
  })
})

describe('the daemon', () => {
  /** A session that ends in some seconds, as if it had been written hours ago. */
  const expireIn = (seconds: number) => {
    const expiration = `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`
    sandbox.writeCredentials(
      sandbox.readCredentials().replace(/expiration = \S+/, `expiration = ${expiration}`),
    )
  }

  it('renews an old session at once, and shows nothing', async () => {
    useCommand(`cat ${codeFile}`)
    const daemon = await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    writeFileSync(codeFile, sandbox.nextCode())
    expireIn(300)
    await until('it is renewed', async () => ((await dev())?.secondsLeft ?? 0) > 40_000)
    expect(sandbox.notifications()).toEqual([])
    expect(daemon.log()).toContain('"renewed by itself"')
    expect(sandbox.codesSent()).toHaveLength(2)
  })

  it('reminds of a session whose command fails, with the reason', async () => {
    useCommand('echo out of reach >&2; exit 1')
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    expireIn(300)
    const shown = await until('the reminder', () => sandbox.notifications()[0])
    expect(shown.join('\n')).toMatch(/mfad: dev is valid until \d\d:\d\d/)
    expect(shown.join('\n')).toContain('mfa_process of dev failed (exit status 1): out of reach')
  })

  it('ends a command that hangs when it is told to stop', async () => {
    const pid = join(sandbox.home, 'pid')
    useCommand(`echo $$ > ${pid}; sleep 1000; echo`)
    const daemon = await sandbox.startDaemon()
    const login = sandbox.mfad('login', 'dev')
    await until('it runs', () => existsSync(pid) && readFileSync(pid, 'utf8').endsWith('\n'))
    expect((await daemon.stop()).exitCode).toBe(0)
    expect((await login).exitCode).toBe(3)
    await until('it is gone', () => !existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}/fd/1`))
  })
})

function readConfig(): string {
  return readFileSync(join(sandbox.home, '.aws/config'), 'utf8')
}
