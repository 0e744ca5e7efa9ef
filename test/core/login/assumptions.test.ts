import { describe, expect, it } from 'vitest'
import { checkAssumptions } from '../../../src/core/login/assumptions.ts'
import { thrownBy } from '../../support/thrown.ts'

const files = { credentials: '/home/a/.aws/credentials', config: '/home/a/.aws/config' }
const profiles = [{ profile: 'dev', sessionProfile: 'dev-mfa' }]
const check = (assuming: typeof files | undefined, tokenCode = '123456', named = profiles) =>
  checkAssumptions(
    { profiles: ['dev'], tokenCode, ...(assuming === undefined ? {} : { assuming }) },
    files,
    named,
  )

describe('what a login takes for granted', () => {
  it('is fine where it is so', () => {
    expect(check(files)).toBeUndefined()
  })

  it('is nothing in a request that was made after asking', () => {
    expect(check(undefined, '123456', [{ profile: '123456', sessionProfile: 's' }])).toBeUndefined()
  })

  it.each(['credentials', 'config'] as const)('is not that the daemon uses another %s file', (file) => {
    const error = thrownBy(() => check({ ...files, [file]: '/elsewhere' }))
    expect(error).toMatchObject({
      code: 'settings.files-differ',
      message: `the daemon uses ${files[file]}, not /elsewhere`,
      hint: 'ask for its files with: mfad status --json',
    })
  })

  it.each([
    { profile: '123456', sessionProfile: '123456-mfa' },
    { profile: 'x', sessionProfile: '123456' },
  ])('is not that the code is the name of a profile, and the name is not said', (named) => {
    const error = thrownBy(() => check(files, '123456', [named]))
    expect(error).toMatchObject({ code: 'usage.bad-arguments' })
    expect(JSON.stringify(error)).not.toContain('123456')
  })
})
