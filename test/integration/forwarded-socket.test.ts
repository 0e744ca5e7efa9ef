// The daemon of another computer, whose socket `ssh -R` puts beside the own one: here a relay stands for ssh.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'

let near: Sandbox
let farHome: string
let relay: Server
beforeEach(async () => {
  near = await openSandbox()
  near.writeCredentials(devCredentials)
  near.writeConfig(devConfig)
  await near.startDaemon()
  farHome = mkdtempSync(join(tmpdir(), 'mfad-far-'))
  mkdirSync(join(farHome, 'run/mfad'), { recursive: true, mode: 0o700 })
  relay = createServer((client) => {
    const daemon = createConnection(join(near.home, 'run/mfad/mfad.sock'))
    for (const [from, to] of [
      [client, daemon],
      [daemon, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  await new Promise<void>((listening) => relay.listen(join(farHome, 'run/mfad/forwarded.sock'), listening))
})
afterEach(async () => {
  relay.close()
  await near.close()
  rmSync(farHome, { recursive: true, force: true })
})

/** The command line on the computer that one is logged in to. */
const far = (...args: string[]) =>
  near.mfadWith({ environment: { HOME: farHome, XDG_RUNTIME_DIR: join(farHome, 'run') } }, ...args)
const said = () =>
  `this is the daemon at the other end of ssh, with ${join(near.home, '.aws/credentials')} there\n`

describe('a forwarded socket', () => {
  it('serves status, login and logout of the computer that it comes from, and says so', async () => {
    expect(await far('status')).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(said()) })
    const login = await far('login', 'dev', near.code())
    expect(login).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(said()) })
    expect(near.readCredentials()).toContain('[dev-mfa]')
    expect((await far('logout', 'dev')).stdout).toBe('dev: [dev-mfa] is removed\n')
  })

  it('is used for nothing that goes on with files of this computer', async () => {
    await near.mfad('login', 'dev', near.code())
    for (const args of [
      ['keys', 'store', 'dev'],
      ['require', 'dev', '--wait', '1s'],
    ])
      expect((await far(...args)).exitCode, args.join(' ')).not.toBe(0)
    expect((await far('uninstall', '--logout')).stdout).not.toContain('removed [')
    expect(near.readCredentials()).toContain('[dev-mfa]')
  })

  it('is asked only where no daemon runs here', async () => {
    writeFileSync(join(farHome, 'run/mfad/mfad.sock'), 'no socket')
    expect((await far('status')).stderr).toContain(said())
    rmSync(join(farHome, 'run/mfad/mfad.sock'))
    const own = createServer((client) => client.end('HTTP/1.1 200 OK\r\n\r\n'))
    await new Promise<void>((listening) => own.listen(join(farHome, 'run/mfad/mfad.sock'), listening))
    expect((await far('status')).stderr).not.toContain(said())
    own.close()
  })
})
