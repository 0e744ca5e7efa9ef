import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../src/core/settings/default-settings.ts'
import type { FileVariables } from '../../src/core/wire.ts'
import { checkMeant, type UsedFiles } from '../../src/daemon/meant-files.ts'
import { resolveFiles } from '../../src/edges/paths.ts'
import { thrownBy } from '../support/thrown.ts'

const shell = { HOME: '/home/me', XDG_RUNTIME_DIR: '/run/user/1000' }
/** A daemon that was started with these variables. */
const daemon = (variables: FileVariables = shell, more: Partial<UsedFiles> = {}): UsedFiles => {
  const settings = { ...defaultSettings, ...more.settings }
  return { files: resolveFiles(variables, settings), settings, areSettingsSound: true, ...more }
}
const refusal = (used: UsedFiles, variables: FileVariables) =>
  thrownBy(() => checkMeant(used, variables)).code

describe('the files that a command line means', () => {
  it.each<[string, FileVariables, FileVariables]>([
    ['the same variables', shell, shell],
    ['variables that say what is so anyway', shell, { ...shell, AWS_CONFIG_FILE: '~/.aws/config' }],
    ['no runtime directory', { HOME: '/home/me' }, { HOME: '/home/me' }],
    ['empty variables', shell, { ...shell, MFAD_CONFIG: '', AWS_CONFIG_FILE: '' }],
    ['a relative directory that does not count', shell, { ...shell, XDG_CONFIG_HOME: 'x' }],
    ['a socket by its name', shell, { ...shell, MFAD_SOCKET: '/tmp/a-link-to-it' }],
  ])('are the daemon’s with %s', (_, its, ours) => {
    expect(checkMeant(daemon(its), ours)).toBeUndefined()
  })

  it.each<[string, FileVariables]>([
    ['another credentials file', { ...shell, AWS_SHARED_CREDENTIALS_FILE: '/x' }],
    ['another config file', { ...shell, AWS_CONFIG_FILE: '/x' }],
    ['other settings', { ...shell, MFAD_CONFIG: '/x' }],
    ['another directory of settings', { ...shell, XDG_CONFIG_HOME: '/x' }],
    ['another home', { ...shell, HOME: '/home/you' }],
    ['no home', { XDG_RUNTIME_DIR: '/run/user/1000' }],
    ['a relative home', { ...shell, HOME: 'me' }],
    ['a path that depends on a directory', { ...shell, AWS_CONFIG_FILE: '../home/me/.aws/config' }],
    ['another place for the socket', { ...shell, XDG_RUNTIME_DIR: '/run/user/1001' }],
  ])('may not be the daemon’s with %s', (_, variables) => {
    expect(refusal(daemon(), variables)).toBe('settings.files-differ')
  })

  it('are those that the settings name', () => {
    const settings = { ...defaultSettings, credentialsFile: '~/creds', socket: '/run/x.sock' }
    const used = daemon(shell, { settings })
    expect(checkMeant(used, shell)).toBeUndefined()
    expect(refusal(used, { ...shell, AWS_SHARED_CREDENTIALS_FILE: '~/.aws/credentials' })).toBeDefined()
  })

  it('may not be the daemon’s where the settings name another socket than the one it has bound', () => {
    const used = daemon()
    expect(refusal({ ...used, settings: { ...defaultSettings, socket: '/run/x.sock' } }, shell)).toBeDefined()
  })

  it('may not be the daemon’s where the settings cannot be used as they are now', () => {
    expect(refusal(daemon(shell, { areSettingsSound: false }), shell)).toBe('settings.files-differ')
  })
})
