import { describe, expect, test } from 'vitest'
import { reasonToStop, type StopDeps } from '../../src/daemon/reason-to-stop.ts'

const never = new Promise<string>(() => undefined)

/** Looks every 5 ms. */
const ask = (changes: Partial<StopDeps>) =>
  reasonToStop({
    signalled: never,
    socketPath: '/nonexistent/mfad.sock',
    isSocketOurs: () => true,
    leavesTo: () => undefined,
    isReplaced: () => false,
    isIdle: () => true,
    raceCheckMs: 5,
    checkMs: 5,
    ...changes,
  })

describe('the daemon stops', () => {
  test('at a signal', async () => {
    expect(await ask({ signalled: Promise.resolve('SIGTERM') })).toEqual({ why: 'SIGTERM', exitCode: 0 })
  })

  test('when the socket is another daemon’s', async () => {
    const reason = ask({ isSocketOurs: () => false, socketPath: process.execPath })
    expect(await reason).toMatchObject({ why: 'another daemon has the socket', exitCode: 0 })
  })

  test('when it leaves its credentials file to another daemon', async () => {
    const other = { pid: 7, credentials: '/c', socket: '/s', isService: true }
    expect(await ask({ leavesTo: () => other })).toEqual({
      why: 'another daemon (pid 7, socket /s) has the same credentials file',
      exitCode: 0,
    })
  })

  test('with an error when the socket is gone', async () => {
    await expect(ask({ isSocketOurs: () => false })).rejects.toMatchObject({ code: 'daemon.socket-lost' })
  })

  test('to be started anew, when its files are replaced and as soon as it is idle', async () => {
    let looks = 0
    const reason = await ask({ isReplaced: () => true, isIdle: () => ++looks === 3 })
    expect(reason.exitCode).toBe(75)
    expect(looks).toBe(3)
  })

  test('not while its files are as they were', async () => {
    let looks = 0
    const many = new Promise<string>((resolve) => {
      const wait = setInterval(() => {
        if (looks < 4) return
        clearInterval(wait)
        resolve('SIGTERM')
      }, 1)
    })
    const isReplaced = () => {
      looks += 1
      return false
    }
    expect(await ask({ signalled: many, isReplaced })).toMatchObject({ why: 'SIGTERM' })
  })
})
