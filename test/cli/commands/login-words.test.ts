import { describe, expect, it } from 'vitest'
import { type LoginWords, splitLoginWords } from '../../../src/cli/commands/login-words.ts'
import { thrownBy } from '../../support/thrown.ts'

const names = new Set(['dev', 'dev-mfa', 'staging', '424242', '424242-mfa', '789'])
const split = (words: string[], awsProfile?: string) => splitLoginWords(words, names, awsProfile)

describe('the words after mfad login', () => {
  it.each<[string[], LoginWords]>([
    [[], { profiles: [] }],
    [['dev'], { profiles: ['dev'] }],
    [['123456'], { profiles: [], code: '123456' }],
    [['dev', '123456'], { profiles: ['dev'], code: '123456' }],
    [['dev', 'staging', '000000'], { profiles: ['dev', 'staging'], code: '000000' }],
    [['dev', '123 456'], { profiles: ['dev'], code: '123456' }],
    [['dev', '123', '456'], { profiles: ['dev'], code: '123456' }],
    [['123', '456'], { profiles: [], code: '123456' }],
    [['dev', 'staging', '123', '456'], { profiles: ['dev', 'staging'], code: '123456' }],
    [['123', '789'], { profiles: ['123', '789'] }],
    [['dev', '-'], { profiles: ['dev'], code: '-' }],
    [['-'], { profiles: [], code: '-' }],
    [['424242'], { profiles: ['424242'] }],
    [['424242', '123456'], { profiles: ['424242'], code: '123456' }],
    [['424242', '424242'], { profiles: ['424242', '424242'] }],
    [['123456', 'dev'], { profiles: ['123456', 'dev'] }],
    [['unknown'], { profiles: ['unknown'] }],
    [['dev', 'a12345'], { profiles: ['dev', 'a12345'] }],
  ])('%j mean %j', (words, expected) => {
    expect(split(words)).toEqual(expected)
  })

  it.each([['12345'], ['dev', '1234567'], ['dev', '123', '45'], ['dev', '789', '456'], ['dev', ' ']])(
    'are refused where the last is a malformed code: %j %j',
    (...words) => {
      const error = thrownBy(() => split(words))
      expect(error.code).toBe('usage.malformed-token-code')
      expect(JSON.stringify(error)).not.toMatch(/\d/)
    },
  )

  it('leave it to AWS_PROFILE to name the profile, where it names one', () => {
    expect(split([], 'dev')).toEqual({ profiles: ['dev'] })
    expect(split(['123456'], 'dev-mfa')).toEqual({ profiles: ['dev-mfa'], code: '123456' })
    expect(split(['staging'], 'dev')).toEqual({ profiles: ['staging'] })
    expect(() => split([], 'gone')).toThrow('AWS_PROFILE names gone, and there is no such profile')
    expect(split(['dev'], 'gone')).toEqual({ profiles: ['dev'] })
    expect(split([], '')).toEqual({ profiles: [] })
  })
})
