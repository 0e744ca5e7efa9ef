import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../../../src/core/settings/default-settings.ts'
import { listSettings } from '../../../src/core/settings/setting-list.ts'
import { readSettings } from '../../../src/core/settings/settings.ts'
import { parseSettings } from '../../../src/edges/settings-file.ts'

const read = (text: string) => parseSettings(new TextEncoder().encode(text), '/s')
const list = (text: string, environment: Record<string, string> = {}) => {
  const { parsed, document } = read(text)
  return new Map(
    listSettings(parsed, document, environment, '/run/mfad.sock').map((each) => [each.key, each]),
  )
}

describe('a setting', () => {
  it('comes from the file with its line, else from the default', () => {
    expect(list('[mfad]\n\nduration = 8h\n').get('duration')).toEqual({
      key: 'duration',
      value: '8h',
      default: '12h',
      source: 'file',
      line: 3,
    })
    expect(list('').get('duration')).toMatchObject({ value: '12h', source: 'default' })
    expect(list('[mfad]\nsocket =\n').get('socket')).toMatchObject({
      value: '/run/mfad.sock',
      source: 'default',
    })
  })

  it('comes from the variable that wins over the file', () => {
    const text = '[mfad]\nca_bundle = /file\nhttps_proxy = http://me:secret@file:1\n'
    expect(list(text, { AWS_CA_BUNDLE: '/variable' }).get('ca_bundle')).toMatchObject({
      value: '/variable',
      source: 'variable',
      variable: 'AWS_CA_BUNDLE',
    })
    expect(list(text, { AWS_CA_BUNDLE: '' }).get('ca_bundle')).toMatchObject({ value: '/file' })
    expect(list(text, { https_proxy: '', HTTPS_PROXY: 'http://x' }).get('https_proxy')).toMatchObject({
      value: '',
      variable: 'https_proxy',
    })
  })

  it('never shows the password of a proxy', () => {
    for (const url of ['http://me:sec/r@et@file:1', 'me:secret@file:1']) {
      const shown = list(`[mfad]\nhttps_proxy = ${url}\n`, {}).get('https_proxy')?.value
      expect(shown).toMatch(/^(?:http:\/\/)?\*\*\*@file:1$/)
    }
  })

  it('has the default that really applies', () => {
    const settings = [...list('').values()].filter(
      ({ key, default: text }) => text !== '' && !['socket', 'credentials_file', 'config_file'].includes(key),
    )
    const { parsed, document } = read(
      `[mfad]\n${settings.map(({ key, default: text }) => `${key} = ${text}`).join('\n')}\n`,
    )
    expect(readSettings(parsed, document, '/s')).toEqual({ settings: defaultSettings })
    expect(settings).toHaveLength(7)
    // Those that have none, so that a new setting is not forgotten.
    const without = [...list('').values()].filter(({ default: text }) => text === '').map(({ key }) => key)
    expect(without.filter((key) => key !== 'socket').sort()).toEqual([
      'after_write_command',
      'ca_bundle',
      'hide',
      'https_proxy',
      'no_proxy',
      'notify_command',
      'quiet_hours',
    ])
  })
})
