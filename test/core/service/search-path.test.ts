import { describe, expect, test } from 'vitest'
import { searchPath } from '../../../src/core/service/search-path.ts'

describe('searchPath', () => {
  test("is the shell's own, in its order, and then what is usual", () => {
    expect(searchPath('/home/me/bin:/usr/bin:/opt/x/bin', 'linux')).toBe(
      '/home/me/bin:/usr/bin:/opt/x/bin:/usr/local/bin:/bin',
    )
    expect(searchPath('/Users/me/bin', 'darwin')).toBe(
      '/Users/me/bin:/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    )
  })

  test('leaves out what is relative, what is gone after this command or shell, and what a service cannot hold', () => {
    const path = [
      '',
      '.',
      'bin',
      '/work/node_modules/.bin',
      '/home/me/.npm/_npx/1a2b/node_modules/x',
      '/usr/lib/node_modules/npm/node-gyp-bin',
      '/run/user/1000/fnm_multishells/12_34/bin',
      '/a\nb',
      '/home/me/.cargo/bin',
    ].join(':')
    expect(searchPath(path, 'linux')).toBe('/home/me/.cargo/bin:/usr/local/bin:/usr/bin:/bin')
  })

  test('leaves out a directory that others can write to', () => {
    expect(searchPath('/shared:/home/me/bin', 'linux', (each) => each !== '/shared')).toBe(
      '/home/me/bin:/usr/local/bin:/usr/bin:/bin',
    )
  })

  test('is bounded', () => {
    const long = Array.from({ length: 1000 }, (_, index) => `/directory/${index}`).join(':')
    expect(searchPath(long, 'linux').split(':')).toHaveLength(67)
  })
})
