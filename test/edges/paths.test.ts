import { homedir } from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  type Environment,
  homeDirectory,
  notesDirectories,
  resolveFiles,
  settingsPath,
  socketCandidates,
  stateDirectory,
} from '../../src/edges/paths.ts'

const home = { HOME: '/home/me' }

describe('the files', () => {
  it('are by default in the home, and the socket in the runtime directory', () => {
    expect(resolveFiles({ ...home, XDG_RUNTIME_DIR: '/run/user/7' }, {})).toEqual({
      credentials: '/home/me/.aws/credentials',
      config: '/home/me/.aws/config',
      settings: '/home/me/.config/mfad/config.ini',
      socket: '/run/user/7/mfad/mfad.sock',
    })
  })

  it.each([
    ['credentials', 'AWS_SHARED_CREDENTIALS_FILE', 'credentialsFile'],
    ['config', 'AWS_CONFIG_FILE', 'configFile'],
    ['socket', 'MFAD_SOCKET', 'socket'],
  ] as const)('%s are where %s says, else the setting %s, else by default', (file, variable, setting) => {
    const settings = { [setting]: '/by/setting' }
    expect(resolveFiles({ ...home, [variable]: '/by/variable' }, settings)[file]).toBe('/by/variable')
    expect(resolveFiles({ ...home, [variable]: '' }, settings)[file]).toBe('/by/setting')
    expect(resolveFiles(home, settings)[file]).toBe('/by/setting')
    expect(resolveFiles(home, {})[file]).toMatch(/^\/home\/me\//)
  })

  it.each(['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE', 'MFAD_SOCKET', 'MFAD_CONFIG'])(
    'named by %s may begin with ~/',
    (variable) => {
      expect(Object.values(resolveFiles({ ...home, [variable]: '~/x' }, {}))).toContain('/home/me/x')
    },
  )

  it('named by a setting may begin with ~/', () => {
    const files = resolveFiles(home, { credentialsFile: '~/a', configFile: '~/b', socket: '~/c' })
    expect(files).toMatchObject({ credentials: '/home/me/a', config: '/home/me/b', socket: '/home/me/c' })
  })

  it('are absolute, and named in one way only', () => {
    const files = resolveFiles(
      { ...home, AWS_CONFIG_FILE: 'x/../config' },
      { credentialsFile: '/a/./b/../c' },
    )
    expect(files).toMatchObject({ config: `${process.cwd()}/config`, credentials: '/a/c' })
  })

  it('are not in another user’s home: ~ alone and ~other are names like any other', () => {
    expect(resolveFiles({ ...home, AWS_CONFIG_FILE: '~root/x' }, {}).config).toBe(`${process.cwd()}/~root/x`)
  })
})

describe('the settings file', () => {
  it.each<[Environment, string]>([
    [{ ...home, MFAD_CONFIG: '/m.ini', XDG_CONFIG_HOME: '/xdg' }, '/m.ini'],
    [{ ...home, MFAD_CONFIG: '', XDG_CONFIG_HOME: '/xdg' }, '/xdg/mfad/config.ini'],
    [{ ...home, XDG_CONFIG_HOME: 'relative' }, '/home/me/.config/mfad/config.ini'],
    [{ ...home, XDG_CONFIG_HOME: '' }, '/home/me/.config/mfad/config.ini'],
    [home, '/home/me/.config/mfad/config.ini'],
  ])('with %j is %s', (environment, path) => {
    expect(settingsPath(environment)).toBe(path)
    expect(resolveFiles(environment, {}).settings).toBe(path)
  })
})

describe('the home', () => {
  it('is HOME, else what the system says', () => {
    expect(homeDirectory(home)).toBe('/home/me')
    expect(homeDirectory({ HOME: '' })).toBe(homedir())
    expect(homeDirectory({})).toBe(homedir())
  })
})

describe('the state directory', () => {
  it.each<[Environment, string]>([
    [home, '/home/me/.local/state/mfad'],
    [{ ...home, XDG_STATE_HOME: '/state' }, '/state/mfad'],
    [{ ...home, XDG_STATE_HOME: 'state' }, '/home/me/.local/state/mfad'],
  ])('with %j is %s', (environment, path) => {
    expect(stateDirectory(environment)).toBe(path)
  })
})

describe('where a client looks for the socket', () => {
  const candidates = (environment: Environment, settings = {}) =>
    socketCandidates(environment, resolveFiles(environment, settings).socket, 1000)
  const inHome = '/home/me/.local/state/mfad/mfad.sock'

  it('with a runtime directory is there alone', () => {
    expect(candidates({ ...home, XDG_RUNTIME_DIR: '/run/x' })).toEqual(['/run/x/mfad/mfad.sock'])
  })

  it.each<[string, Environment]>([
    ['without', home],
    ['with an empty', { ...home, XDG_RUNTIME_DIR: '' }],
    ['with a relative', { ...home, XDG_RUNTIME_DIR: 'run' }],
  ])('%s runtime directory is the standard one first', (_, environment) => {
    expect(candidates(environment)).toEqual(['/run/user/1000/mfad/mfad.sock', inHome])
  })

  it('is only where the user says, if he says it', () => {
    expect(candidates({ ...home, MFAD_SOCKET: '/s' })).toEqual(['/s'])
    expect(candidates(home, { socket: '/s' })).toEqual(['/s'])
  })
})

describe('the notes of daemons', () => {
  const inHome = '/home/me/.local/state/mfad'
  it.each<[string, Environment, string]>([
    ['of a session', { ...home, XDG_RUNTIME_DIR: '/run/user/1000/' }, '/run/user/1000/mfad'],
    ['under cron', home, inHome],
    ['under su', { ...home, XDG_RUNTIME_DIR: '/run/user/0' }, inHome],
    ['with state elsewhere', { ...home, XDG_STATE_HOME: '/state' }, inHome],
  ])('are where every other one looks: that %s', (_, environment, own) => {
    const directories = notesDirectories(environment, 1000)
    expect(directories).toEqual({ own, all: ['/run/user/1000/mfad', inHome] })
  })
})
