import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedaction, type Literal, leftOut } from '../../../src/core/doctor/redaction.ts'
import { printable } from '../../../src/core/text/printable.ts'

const redact = (text: string, literals: readonly Literal[] = []) => createRedaction(literals)(text)

describe('a redacted text', () => {
  it.each<[string, string]>([
    ['AWS rejected arn:aws:iam::111122223333:mfa/alice for it', 'AWS rejected ARN for it'],
    ['the key AKIAIOSFODNN7EXAMPLE of 111122223333', 'the key KEY-ID of ACCOUNT'],
    ['there is no host named vault.corp.example.com', 'there is no host named HOST'],
    ['STS at vpce-1a-2b.sts.eu-west-1.vpce.amazonaws.com:8443 failed', 'STS at HOST failed'],
    ['STS at sts.eu-west-1.amazonaws.com failed', 'STS at sts.eu-west-1.amazonaws.com failed'],
    ['the name me@example.com', 'the name ADDRESS'],
    ['the proxy 10.1.2.3 did not answer', 'the proxy HOST did not answer'],
    ['the token is wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY', 'the token is ***'],
    ['not trusted (SELF_SIGNED_CERT_IN_CHAIN)', 'not trusted (SELF_SIGNED_CERT_IN_CHAIN)'],
    ['runs without --max-semi-space-size=1', 'runs without --max-semi-space-size=1'],
  ])('of %j is %j', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  it.each(['see /home/me/x', 'C:\\Users\\me', 'at @', 'naïve', 'it is \ue000'])(
    'is left out where something odd is left: %j',
    (text) => {
      expect(redact(text)).toBe(leftOut)
    },
  )

  it('has known names replaced as whole words, the longest first, and replacements left alone', () => {
    const literals: Literal[] = [
      ['dev', 'p1'],
      ['dev-mfa', 'p1-session'],
      ['p1', 'p2'],
      ['or', 'p3'],
    ]
    expect(redact('[dev-mfa] of dev or p1, for devs', literals)).toBe('[p1-session] of p1 p3 p2, for devs')
  })

  it('never shows a known name, however a message shows it: whole, escaped, cut, or as JSON', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 2, maxLength: 300, unit: 'binary' }), fc.nat(3), (name, form) => {
        fc.pre(name.trim().length > 1 && !'the name is odd'.includes(name.trim()))
        const shown =
          [name, printable(name), printable(name, 200), JSON.stringify(printable(name))][form] ?? ''
        const text = redact(`the name ${shown} is odd`, [[name, 'NAME']])
        expect(['the name NAME is odd', 'the name "NAME" is odd', leftOut]).toContain(text)
      }),
    )
  })

  it.each([40, 64, 80, 200])(
    'never shows the begin of a name that a message cuts at %i characters',
    (most) => {
      const name = 'a long name '.repeat(30)
      expect(redact(`there is no ${printable(name, most)} here`, [[name, 'NAME']])).toBe(
        'there is no NAME here',
      )
    },
  )
})
