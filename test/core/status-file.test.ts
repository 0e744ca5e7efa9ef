import { expect, it } from 'vitest'
import { statusFileText } from '../../src/core/status-file.ts'
import { keysOf, profilesOf, sessionOf } from '../support/profiles.ts'

const now = new Date('2026-11-23T10:00:00Z')
const device = 'mfa_serial = GAHT12345678\n'
const keys = (name: string) => `[${name}]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}${device}`
const textOf = (credentials: string, leads = [600, 0]) => statusFileText(profilesOf(credentials), leads, now)

it('has a line for each active profile, and none for the others', () => {
  const credentials = [
    keys('dev'),
    sessionOf('dev-mfa', '2026-11-23T11:00:00Z'),
    keys('staging'),
    sessionOf('staging-mfa', '2026-11-23T10:09:59Z'),
    keys('prod'),
    sessionOf('prod-mfa', '2026-11-23T09:00:00Z'),
    keys('unused'),
  ].join('')
  expect(textOf(credentials)).toBe(
    'dev valid 1795431600\nstaging expiring 1795428599\nprod expired 1795424400\n',
  )
  expect(textOf(credentials, [7200])).toContain('dev expiring ')
  expect(textOf(keys('dev'))).toBe('')
})

it('says expired, and no instant, where the section has none that can be read', () => {
  expect(textOf(keys('dev') + sessionOf('dev-mfa', 'soon'))).toBe('dev expired 0\n')
})

it('leaves out a name that would break the line, or that AWS tools cannot all read', () => {
  const odd = ['a b', 'a$(touch x)', "a'b", 'a;b', '-rf', 'ä'].map(
    (name) => keys(name) + sessionOf(`${name}-mfa`, '2026-11-23T11:00:00Z'),
  )
  const text = textOf(
    odd.join('') + keys('a%F{red}b') + keys('dev') + sessionOf('dev-mfa', '2026-11-23T11:00:00Z'),
  )
  expect(text).toBe('dev valid 1795431600\n')
})

it('never holds a secret', () => {
  const text = textOf(keys('dev') + sessionOf('dev-mfa', '2026-11-23T11:00:00Z'))
  for (const secret of ['AKIA', 'ASIA', 'wJalr', 'c2Vj', 'dG9r']) expect(text).not.toContain(secret)
})
