import { describe, expect, it } from 'vitest'
import { checkAssumptions } from '../../../src/core/login/assumptions.ts'
import { thrownBy } from '../../support/thrown.ts'

const profiles = [{ profile: 'dev', sessionProfile: 'dev-mfa' }]
const check = (isAssuming: boolean, named = profiles) =>
  checkAssumptions(
    { profiles: ['dev'], tokenCode: '123456', ...(isAssuming ? { assuming: { HOME: '/home/a' } } : {}) },
    named,
  )

describe('what a login takes for granted', () => {
  it('is fine where it is so', () => {
    expect(check(true)).toBeUndefined()
  })

  it('is nothing in a request that was made after asking', () => {
    expect(check(false, [{ profile: '123456', sessionProfile: 's' }])).toBeUndefined()
  })

  it.each([
    { profile: '123456', sessionProfile: '123456-mfa' },
    { profile: 'x', sessionProfile: '123456' },
  ])('is not that the code is the name of a profile, and the name is not said', (named) => {
    const error = thrownBy(() => check(true, [named]))
    expect(error).toMatchObject({ code: 'usage.bad-arguments' })
    expect(JSON.stringify(error)).not.toContain('123456')
  })
})
