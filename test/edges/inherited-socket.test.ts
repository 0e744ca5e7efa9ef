import { describe, expect, it } from 'vitest'
import { daemonEnvironment } from '../../src/core/service/environment.ts'
import { inheritedSocket } from '../../src/edges/inherited-socket.ts'
import { childEnvironment } from '../../src/edges/programs/child-environment.ts'

describe('a socket that systemd hands over', () => {
  it.each([
    ['is meant for another process', { LISTEN_PID: '2', LISTEN_FDS: '1' }],
    ['is no number', { LISTEN_PID: '1', LISTEN_FDS: 'x' }],
    ['is none at all', { LISTEN_PID: '1', LISTEN_FDS: '0' }],
    ['is not counted', { LISTEN_PID: '1' }],
    ['has no process', { LISTEN_FDS: '1' }],
  ])('is not taken where it %s', (_what, environment) => {
    expect(inheritedSocket(environment, 1)).toBeUndefined()
  })

  it('is in the environment neither of the daemon nor of what it starts', () => {
    const environment = { LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: 'x', HOME: '/home/me' }
    expect(daemonEnvironment(environment)).toEqual({ HOME: '/home/me' })
    expect(Object.keys(childEnvironment(environment))).not.toContain('LISTEN_FDS')
  })
})
