import { describe, expect, it } from 'vitest'
import { type BarFormat, barText } from '../../../src/cli/text/bar-text.ts'
import type { ProfileStatus } from '../../../src/core/wire.ts'
import { useUtc } from '../../support/utc.ts'

const now = new Date('2026-11-23T10:00:00Z')
const bracketed = (style: string, text: string) => `<${style}>${text}</>`
const session = (profile: string, secondsLeft: number, more: Partial<ProfileStatus> = {}): ProfileStatus => ({
  profile,
  sessionProfile: `${profile}-mfa`,
  kind: 'key',
  state: secondsLeft <= 0 ? 'expired' : secondsLeft < 600 ? 'expiring' : 'valid',
  secondsLeft,
  expiration: new Date(now.getTime() + secondsLeft * 1000).toISOString(),
  renews: 'by-code',
  ...more,
})
const show = (format: BarFormat, profiles: ProfileStatus[], hide: string[] = []) =>
  barText(
    format,
    {
      version: '1',
      daemon: null,
      files: { credentials: '/c', config: '/f', settings: '/s', socket: '/k' },
      warnings: [],
      profiles,
    },
    now,
    bracketed,
    { hide },
  )
const several = [
  session('dev', 11_550),
  session('admin', 300, { renews: 'by-itself', kind: 'role' }),
  session('ops', 500),
  session('old', -5),
  session('idle', 0, { state: 'inactive' }),
]

useUtc()

describe('a bar', () => {
  it('gets one line: what ends first, and last what renews by itself', () => {
    expect(show('line', several)).toBe('<red>old expired</>, <yellow>ops 8m</>, dev 3h12m +1')
    expect(show('line', several, ['o*'])).toBe('dev 3h12m, <yellow>admin 5m</>')
    expect(show('line', [])).toBe('no AWS session')
  })

  it("gets waybar's JSON on one line, with its markup escaped", () => {
    expect(JSON.parse(show('waybar', [session('a&b<c', 30), session('dev', 11_550)]))).toEqual({
      text: 'a&amp;b&lt;c &lt;1m +1',
      tooltip: 'a&amp;b&lt;c &lt;1m until 10:00\ndev 3h12m until 13:12',
      class: 'expiring',
    })
    expect(show('waybar', several)).not.toContain('\n')
    expect(JSON.parse(show('waybar', []))).toMatchObject({ text: 'no AWS session', class: 'inactive' })
  })

  it("gets xbar's menu with colours, and the command for the next code", () => {
    expect(show('xbar', several)).toBe(`\
old expired +3 | color=red
---
old expired | color=red
ops 8m until 10:08 | color=orange
dev 3h12m until 13:12 | color=green
admin 5m until 10:05 | color=orange
---
mfad login old`)
    expect(show('xbar', [])).toBe('no AWS session | color=gray')
  })

  it('is given no name that its program would take for more than a name', () => {
    const text = show('xbar', [session('a | bash=/bin/x\nb', 30)])
    expect(text.split('\n').filter((line) => line.includes('bash') && / \| .*bash/.test(line))).toEqual([])
    expect(text.split('\n')).toHaveLength(5)
  })
})
