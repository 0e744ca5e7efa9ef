import { describe, expect, it } from 'vitest'
import {
  checkTokenCode,
  checkUnusedCode,
  isTokenCode,
  recentCodes,
  secondsToNextCode,
  type UsedCode,
} from '../../../src/core/login/token-code.ts'
import { thrownBy } from '../../support/thrown.ts'

const alice = 'arn:aws:iam::111122223333:mfa/alice'
const bob = 'arn:aws:iam::111122223333:mfa/bob'
const at = (time: string) => new Date(`2026-11-23T${time}Z`)

describe('the form of a token code', () => {
  it.each(['123456', '000000'])('takes %s', (code) => {
    expect(isTokenCode(code)).toBe(true)
    expect(() => checkTokenCode(code)).not.toThrow()
  })

  it.each(['12345', '1234567', '12345a', '123 456', ' 123456', '123456\n', '١٢٣٤٥٦', '', 'hunter2'])(
    'refuses %j',
    (code) => {
      expect(isTokenCode(code)).toBe(false)
      expect(thrownBy(() => checkTokenCode(code)).code).toBe('usage.malformed-token-code')
    },
  )

  it('does not repeat what was typed: it could be a password', () => {
    expect(JSON.stringify(thrownBy(() => checkTokenCode('hunter2')))).not.toContain('hunter2')
  })
})

describe('a code that STS has seen', () => {
  const used = [{ serialNumber: alice, tokenCode: '123456', at: at('10:00:00').getTime(), isAccepted: true }]
  const use = (serialNumber: string, code: string, time: string) => () =>
    checkUnusedCode(used, serialNumber, code, at(time))

  it.each(['10:00:00', '10:00:30', '10:01:29.999'])('is refused at %s, within 90 s', (time) => {
    expect(thrownBy(use(alice, '123456', time)).code).toBe('device.token-code-used')
  })

  it('is taken again after 90 s', () => {
    expect(use(alice, '123456', '10:01:30')).not.toThrow()
  })

  it('does not stand for another code, or another device', () => {
    expect(use(alice, '123457', '10:00:01')).not.toThrow()
    expect(use(bob, '123456', '10:00:01')).not.toThrow()
  })

  it.each([
    ['10:00:01', 29],
    ['10:00:29', 1],
    ['10:00:30', 30],
    ['10:00:59.999', 1],
  ])('is refused at %s with the seconds to wait: %i', (time, seconds) => {
    const { message, hint } = thrownBy(use(alice, '123456', time))
    expect(hint).toBe(`wait ${seconds} s for the next one`)
    expect(message + hint).not.toContain('123456')
  })

  it.each([
    [true, '10:00:12', 'AWS accepted this code 12 s ago, and takes each code once'],
    [false, '10:00:12', 'AWS refused this code 12 s ago'],
    [false, '09:59:50', 'AWS refused this code 0 s ago'],
  ])('and accepted: %s, is refused at %s with what AWS really did', (isAccepted, time, message) => {
    const seen = used.map((code) => ({ ...code, isAccepted }))
    expect(thrownBy(() => checkUnusedCode(seen, alice, '123456', at(time))).message).toBe(message)
  })

  it('twice is told by the last time', () => {
    const again = used.map((code) => ({ ...code, at: at('10:00:40').getTime(), isAccepted: false }))
    const refuse = () => checkUnusedCode([...used, ...again], alice, '123456', at('10:00:50'))
    expect(thrownBy(refuse).message).toBe('AWS refused this code 10 s ago')
  })

  it('counts no longer than 90 s when the clock was set back', () => {
    expect(recentCodes(used, at('09:58:31'))).toEqual(used)
    expect(recentCodes(used, at('09:58:30'))).toEqual([])
  })

  it('is forgotten alone: a newer one stays', () => {
    const newer = { ...used[0], tokenCode: '654321', at: at('10:01:00').getTime() } as UsedCode
    expect(recentCodes([...used, newer], at('10:01:45'))).toEqual([newer])
  })
})

it('the next code comes within 1 to 30 seconds', () => {
  const waits = Array.from({ length: 60 }, (_, second) =>
    secondsToNextCode(new Date(at('10:00:00').getTime() + second * 1000)),
  )
  expect(waits.slice(0, 3)).toEqual([30, 29, 28])
  expect([Math.min(...waits), Math.max(...waits)]).toEqual([1, 30])
})
