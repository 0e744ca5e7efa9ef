import { describe, expect, it } from 'vitest'
import { codeOfStep, decodeBase32, stepsShowing, timeStep } from '../../../src/demo/sts/totp.ts'

const key = Buffer.from('12345678901234567890')

describe('TOTP', () => {
  // RFC 6238, appendix B, the SHA-1 rows.
  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('gives the code of RFC 6238 at %i s', (seconds, code) => {
    expect(codeOfStep(key, timeStep(new Date(seconds * 1000)), 8)).toBe(code)
  })

  it('shows the last six digits, with leading zeros', () => {
    expect(codeOfStep(key, timeStep(new Date(1111111109_000)))).toBe('081804')
  })

  it('finds a code in the step before, the current and the next one only', () => {
    const step = 1000
    const code = codeOfStep(key, step)
    const at = (other: number) => stepsShowing(code, key, new Date(other * 30_000))
    expect([at(998), at(999), at(1000), at(1001), at(1002)]).toEqual([[], [1000], [1000], [1000], []])
  })
})

describe('base32', () => {
  // RFC 4648, section 10.
  it.each([
    ['', ''],
    ['MY======', 'f'],
    ['MZXQ====', 'fo'],
    ['MZXW6===', 'foo'],
    ['MZXW6YQ=', 'foob'],
    ['MZXW6YTB', 'fooba'],
    ['MZXW6YTBOI======', 'foobar'],
  ])('decodes %s as RFC 4648 does', (text, decoded) => {
    expect(decodeBase32(text).toString()).toBe(decoded)
  })

  it('takes a seed as people copy it: lower case, with spaces, without padding', () => {
    expect(decodeBase32('mzxw 6ytb oi').toString()).toBe('foobar')
  })

  it('refuses letters that are no base32 without repeating the seed', () => {
    expect(() => decodeBase32('MZXW1890')).toThrow(/^the seed of an MFA device is not base32$/)
  })
})
