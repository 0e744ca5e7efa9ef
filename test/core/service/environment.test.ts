import { describe, expect, test } from 'vitest'
import {
  daemonEnvironment,
  hasNodeVariable,
  serviceEnvironment,
  unwantedInService,
} from '../../../src/core/service/environment.ts'

describe('the environment of the daemon', () => {
  test('keeps what helper commands and the desktop need, and what the daemon reads', () => {
    const environment = {
      HOME: '/home/me',
      DISPLAY: ':0',
      GNUPGHOME: '/g',
      AWS_CONFIG_FILE: '/c',
      AWS_REGION: 'eu-west-1',
      NODE_EXTRA_CA_CERTS: '/ca',
    }
    expect(daemonEnvironment(environment)).toEqual(environment)
  })

  test('loses every variable that changes Node, a library or the SDK, also one that nobody thought of', () => {
    const unwanted = [
      ...unwantedInService,
      'NODE_REPL_HISTORY',
      'CHOKIDAR_X',
      'MALLOC_ARENA_MAX',
      'AWS_PROFILE',
      'AWS_NEW_THING',
    ]
    expect(daemonEnvironment(Object.fromEntries(unwanted.map((name) => [name, '1'])))).toEqual({})
  })

  test('holds all that the service gets', () => {
    const all = new Proxy({}, { get: () => 'x' })
    for (const name of serviceEnvironment(all).keys())
      expect(daemonEnvironment({ [name]: 'x' })).toHaveProperty(name)
  })
})

describe('a start', () => {
  test.each([
    [{ NODE_OPTIONS: '--inspect' }, true],
    [{ NODE_ANYTHING: '1' }, true],
    [{ NODE_OPTIONS: '' }, false],
    [{ NODE_EXTRA_CA_CERTS: '/ca' }, false],
    [{ AWS_PROFILE: 'x', CHOKIDAR_INTERVAL: '1' }, false],
  ])('with %j needs another one: %s', (environment, expected) => {
    expect(hasNodeVariable(environment)).toBe(expected)
  })
})
