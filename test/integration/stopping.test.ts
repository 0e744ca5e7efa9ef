// SIGTERM ends the daemon soon, whatever it is doing, and what it was doing is finished or rolled back.
import { readdirSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { devCredentials, openDevSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let sockets: Socket[]
beforeEach(async () => {
  sockets = []
  sandbox = await openDevSandbox()
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await sandbox.close()
})

const connect = (text: string) =>
  new Promise<void>((sent) => {
    const socket = createConnection(join(sandbox.home, 'run/mfad/mfad.sock'))
    socket.on('error', () => undefined)
    sockets.push(socket)
    socket.write(text, () => sent())
  })
const pidFile = () => join(sandbox.home, 'helper-pid')
/** A command that ends by no signal that can be ignored, and tells that it runs. */
const stubborn = () => `trap '' TERM INT HUP; echo $$ > ${pidFile()}; while :; do /bin/sleep 1; done`
const helperRuns = () => until('the command runs', () => readdirSync(sandbox.home).includes('helper-pid'))
const logIn = (...args: string[]) => void sandbox.mfad('login', 'dev', ...args)

const states: Record<string, () => Promise<unknown>> = {
  nothing: async () => undefined,
  'half a request': () => connect('POST /v1/login HTTP/1.1\r\nhost: mfad\r\ncontent-length: 100\r\n\r\n{'),
  'silent connections': () => Promise.all(Array.from({ length: 50 }, () => connect(''))),
  'clients that wait for the next status': () =>
    Promise.all(
      Array.from({ length: 10 }, () =>
        connect('GET /v1/status?after=x&wait=300 HTTP/1.1\r\nhost: mfad\r\n\r\n'),
      ),
    ),
  'a program that waits for a session': async () => {
    void sandbox.mfad('require', 'dev', '--wait', '5m')
    await until('its reminder is shown', () => sandbox.notifications().length > 0)
  },
  'a call to STS that hangs': async () => {
    sandbox.sts.setFault({ kind: 'hang' })
    logIn(sandbox.code())
    await until('STS is asked', () => sandbox.codesSent().length === 1)
  },
  'an mfa_process that goes on': async () => {
    sandbox.writeCredentials(`${devCredentials}mfa_process = ${stubborn()}\n`)
    logIn()
    await helperRuns()
  },
  'a credential_process that goes on': async () => {
    sandbox.writeCredentials(`[dev]\ncredential_process = /bin/sh -c "${stubborn()}"\n`)
    logIn(sandbox.code())
    await helperRuns()
  },
  'an after_write_command that goes on': async () => {
    sandbox.writeSettings(`[mfad]\nafter_write_command = "${stubborn()}"\n`)
    logIn(sandbox.code())
    await helperRuns()
  },
  'a notify_command that goes on': async () => {
    sandbox.writeSettings(`[mfad]\nnotify_command = "${stubborn()}"\n`)
    void sandbox.mfad('notify-test')
    await helperRuns()
  },
}

describe('SIGTERM', () => {
  it.each(Object.entries(states))('ends the daemon soon during %s', async (_what, reach) => {
    const daemon = await sandbox.startDaemon()
    await reach()
    const startedAt = performance.now()
    const { exitCode } = await daemon.stop('SIGTERM')
    const ms = performance.now() - startedAt
    expect(exitCode).toBe(0)
    // Two seconds where nothing else runs.
    expect(ms).toBeLessThan(4000)
    expect(readdirSync(join(sandbox.home, '.aws')).sort()).toEqual(['config', 'credentials'])
  })
})
