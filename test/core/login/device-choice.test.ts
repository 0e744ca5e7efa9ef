import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError, exitCodeOf } from '../../../src/core/errors.ts'
import {
  deviceByEnd,
  devicesNamed,
  namedDevice,
  onlyDevice,
  shortName,
  userDevices,
} from '../../../src/core/login/device-choice.ts'
import { isSerialNumber } from '../../../src/core/profiles/aws-values.ts'
import { thrownBy } from '../../support/thrown.ts'

const phone = 'arn:aws:iam::111122223333:mfa/alice-phone'
const tablet = 'arn:aws:iam::111122223333:mfa/team/alice-tablet'
const token = 'GAHT12345678'
const securityKey = 'arn:aws:iam::111122223333:u2f/user/alice/key-1'

describe('the devices that IAM lists', () => {
  it('are those that give codes, and security keys, each once', () => {
    expect(userDevices([phone, securityKey, token, phone])).toEqual({
      usable: [phone, token],
      securityKeys: [securityKey],
    })
  })

  it.each([
    '',
    'short',
    'x'.repeat(257),
    'evil_device\r\ncredential_process = x',
    'dev ice number',
    'gerät-123',
  ])('are not used where one of them is %j', (serialNumber) => {
    const { code } = thrownBy(() => userDevices([phone, serialNumber]))
    expect([code, exitCodeOf(code)]).toEqual(['iam.invalid-answer', 6])
  })
})

describe('a login that names no device', () => {
  const only = (...serialNumbers: string[]) => onlyDevice('dev', userDevices(serialNumbers))

  it.each([[phone], [token]])('is with the only one: %s', (serialNumber) => {
    expect(only(serialNumber)).toBe(serialNumber)
    expect(only(securityKey, serialNumber)).toBe(serialNumber)
  })

  it('lists eight of them and no more', () => {
    const many = Array.from({ length: 9 }, (_, index) => `arn:aws:iam::111122223333:mfa/device-${index}`)
    const { code, message, hint } = thrownBy(() => only(...many))
    expect(code).toBe('device.choice-needed')
    expect(message).toMatch(/^the user of dev has 9 MFA devices: .*mfa\/device-7, …$/)
    expect(hint).toBe('choose one: mfad login dev --serial-number device-0')
  })

  it('names what is wrong where there is none', () => {
    expect(thrownBy(() => only()).code).toBe('device.none')
    expect(thrownBy(() => only(securityKey)).code).toBe('device.only-security-keys')
    expect(exitCodeOf('device.none')).toBe(4)
  })

  it('quotes the name of a profile for a shell', () => {
    const { hint } = thrownBy(() => onlyDevice('my team', userDevices([phone, token])))
    expect(hint).toBe("choose one: mfad login 'my team' --serial-number alice-phone")
  })
})

describe('a device that is named by its end', () => {
  it.each([
    ['alice-phone', [phone]],
    ['team/alice-tablet', [tablet]],
    ['mfa/alice-phone', []],
    [phone, [phone]],
    [token, [token]],
    ['12345678', []],
    ['phone', []],
    ['', []],
  ])('%j means %j', (name, serialNumbers) => {
    expect(devicesNamed(name, [phone, tablet, token])).toEqual(serialNumbers)
  })

  it('is refused where it is none of them, or several', () => {
    const twin = 'arn:aws:iam::444455556666:mfa/alice-phone'
    expect(namedDevice('dev', 'alice-phone', userDevices([phone, token]))).toBe(phone)
    expect(thrownBy(() => namedDevice('dev', 'tablet', userDevices([phone]))).code).toBe('device.not-found')
    expect(thrownBy(() => namedDevice('dev', 'tablet', userDevices([]))).code).toBe('device.none')
    expect(thrownBy(() => namedDevice('dev', 'alice-phone', userDevices([phone, twin])))).toEqual({
      code: 'device.choice-needed',
      message: `alice-phone is the end of 2 devices: ${phone}, ${twin}`,
      hint: `give one of them whole: mfad login dev --serial-number ${phone}`,
    })
  })

  const denied = new AppError('iam.access-denied', 'no', '')
  it.each([
    ['alice-phone', phone],
    [token, token],
  ])('%s is known without IAM', (end, serialNumber) => {
    expect(deviceByEnd('dev', end, [phone], denied)).toBe(serialNumber)
  })

  it.each(['alice-tablet', 'HARDWARE', 'GAHT1', '../x'])('%s is not', (end) => {
    expect(thrownBy(() => deviceByEnd('dev', end, [phone], denied)).code).toBe('iam.access-denied')
  })
})

it('the short name of a device means that device again, and is no option', () => {
  expect(shortName(phone, [phone, tablet])).toBe('alice-phone')
  expect(shortName(token, [phone, token])).toBe(token)
  const option = 'arn:aws:iam::111122223333:mfa/--all'
  expect(shortName(option, [option])).toBe(option)
  const serial = fc.stringMatching(/^[a-c:/-]{9,12}$/).filter(isSerialNumber)
  fc.assert(
    fc.property(fc.uniqueArray(serial, { minLength: 1, maxLength: 6 }), (serialNumbers) => {
      for (const serialNumber of serialNumbers) {
        const name = shortName(serialNumber, serialNumbers)
        expect(devicesNamed(name, serialNumbers)).toEqual([serialNumber])
      }
    }),
  )
})
