import { describe, expect, it } from 'vitest'
import { readWishes } from '../../../src/cli/commands/setup-plan.ts'
import { thrownBy } from '../../support/thrown.ts'

const wishesOf = (values: Record<string, string | boolean>, ...positionals: string[]) =>
  readWishes({ positionals, values })

describe('the options of setup', () => {
  it('wish for nothing where there are none', () => {
    expect(wishesOf({})).toEqual({ takesKeys: false })
  })

  it('are all taken', () => {
    const values = {
      'keys-stdin': true,
      region: 'eu-west-1',
      service: true,
      'serial-number': 'phone',
      beside: true,
      live: 'dev-live',
      code: '123 456',
    }
    expect(wishesOf(values, 'dev')).toEqual({
      profile: 'dev',
      takesKeys: true,
      region: 'eu-west-1',
      service: true,
      serialNumber: 'phone',
      place: 'beside',
      live: 'dev-live',
      tokenCode: '123456',
    })
    expect(wishesOf({ 'no-service': true, 'in-place': true })).toEqual({
      takesKeys: false,
      service: false,
      place: 'in-place',
    })
  })

  it.each([
    [{ service: true, 'no-service': true }, '--service and --no-service exclude each other'],
    [{ 'in-place': true, beside: true }, '--in-place and --beside exclude each other'],
    [{ region: 'Ireland' }, '--region takes a region, such as eu-west-1'],
  ])('%j are refused', (values, message) => {
    expect(thrownBy(() => wishesOf(values, 'dev'))).toMatchObject({ code: 'usage.bad-arguments', message })
  })

  it('are refused with an empty name', () => {
    expect(thrownBy(() => wishesOf({}, '')).message).toBe('the name of the profile is empty')
  })
})
