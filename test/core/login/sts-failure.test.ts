import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../../src/core/errors.ts'
import { describeStsFailure, type StsFailure, wasCodeRefused } from '../../../src/core/login/sts-failure.ts'

const context = {
  action: 'GetSessionToken' as const,
  profile: 'dev',
  serialNumber: 'arn:aws:iam::111122223333:mfa/alice',
  isOfProfile: true,
  keyEnding: 'MPLE',
  secondsToNextCode: 14,
  region: 'eu-west-1',
}
const answered = (name: string, message = '', more: Partial<StsFailure> = {}): StsFailure => ({
  kind: 'answered',
  name,
  message,
  httpStatus: 403,
  ...more,
})
const host = 'sts.eu-west-1.amazonaws.com'
const silent = (kind: StsFailure['kind']): StsFailure => ({ kind, name: '', message: '', host })
const described = (failure: StsFailure) => describeStsFailure(failure, context)

// AWS's own texts.
const wrongCode = 'MultiFactorAuthentication failed with invalid MFA one time pass code. '
const wrongDevice =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'

describe('what STS answers', () => {
  it.each<[StsFailure, string, number, string, string]>([
    [
      answered('AccessDenied', wrongCode),
      'sts.token-code-rejected',
      5,
      'AWS rejected the code for dev (arn:aws:iam::111122223333:mfa/alice): it is wrong or was already used',
      "wait 14 s for the next one, then: mfad login dev (if it happens again: check the phone's clock, then mfa_serial)",
    ],
    [
      answered('AccessDenied', wrongDevice),
      'sts.device-rejected',
      5,
      'AWS does not accept the device arn:aws:iam::111122223333:mfa/alice for dev',
      'compare mfa_serial with the device in the IAM console: aws configure set mfa_serial ARN --profile dev',
    ],
    [
      answered(
        'AccessDenied',
        'User is not authorized to perform: sts:GetSessionToken with an explicit deny',
      ),
      'sts.access-denied',
      5,
      'AWS refused GetSessionToken for dev',
      'a policy may forbid it: ask your administrator',
    ],
    ...['InvalidClientTokenId', 'UnrecognizedClientException', 'InvalidAccessKeyId'].map(
      (name): [StsFailure, string, number, string, string] => [
        answered(name),
        'sts.key-rejected',
        5,
        'AWS does not know the access key of dev (ending in MPLE): it was deleted, deactivated, or is of another partition than eu-west-1',
        'enter a valid key, or the region that it belongs to, with: aws configure --profile dev',
      ],
    ),
    ...['SignatureDoesNotMatch', 'InvalidSignatureException', 'IncompleteSignature'].map(
      (name): [StsFailure, string, number, string, string] => [
        answered(name, '', { clockOffsetSeconds: 300 }),
        'sts.signature-rejected',
        5,
        'the secret access key of dev does not belong to its access key id (ending in MPLE)',
        'enter both again with: aws configure --profile dev',
      ],
    ),
    ...[
      answered('RequestTimeTooSkewed'),
      answered('RequestExpired'),
      answered(
        'SignatureDoesNotMatch',
        'Signature expired: 20261123T100000Z is now earlier than 20261123T110000Z',
      ),
      answered(
        'SignatureDoesNotMatch',
        'Signature not yet current: 20261123T110000Z is still later than 20261123T100000Z',
      ),
    ].map((failure): [StsFailure, string, number, string, string] => [
      failure,
      'sts.clock-skewed',
      5,
      "this computer's clock is too far from that of AWS",
      'set the clock (timedatectl set-ntp true; on macOS: Date & Time in the System Settings), then: mfad login dev',
    ]),
    [
      answered('SignatureDoesNotMatch', '', { clockOffsetSeconds: 1200 }),
      'sts.clock-skewed',
      5,
      "this computer's clock is 20 min behind that of AWS",
      'set the clock (timedatectl set-ntp true; on macOS: Date & Time in the System Settings), then: mfad login dev',
    ],
    [
      answered('SignatureDoesNotMatch', '', { clockOffsetSeconds: -301 }),
      'sts.clock-skewed',
      5,
      "this computer's clock is 5 min ahead of that of AWS",
      'set the clock (timedatectl set-ntp true; on macOS: Date & Time in the System Settings), then: mfad login dev',
    ],
    ...[
      'Throttling',
      'ThrottlingException',
      'RequestLimitExceeded',
      'TooManyRequestsException',
      'ThrottledException',
    ].map((name): [StsFailure, string, number, string, string] => [
      answered(name, '', { httpStatus: 400 }),
      'sts.throttled',
      6,
      'AWS is throttling requests',
      'wait a minute, then: mfad login dev',
    ]),
    [
      answered('Whatever', '', { httpStatus: 429 }),
      'sts.throttled',
      6,
      'AWS is throttling requests',
      'wait a minute, then: mfad login dev',
    ],
    [
      answered('ValidationError', 'Value 123456 at tokenCode failed', { httpStatus: 400 }),
      'sts.validation-error',
      5,
      'AWS rejected the request for dev as malformed',
      'check mfa_serial and duration_seconds of dev',
    ],
    [
      answered('InternalFailure', '', { httpStatus: 500, host }),
      'sts.unavailable',
      6,
      'STS at sts.eu-west-1.amazonaws.com failed (HTTP 500)',
      'try again in a minute with: mfad login dev',
    ],
    [
      answered('ServiceUnavailable', '', { httpStatus: 503, host }),
      'sts.unavailable',
      6,
      'STS at sts.eu-west-1.amazonaws.com failed (HTTP 503)',
      'try again in a minute with: mfad login dev',
    ],
    [
      answered('RegionDisabledException'),
      'sts.refused',
      5,
      'AWS refused the request for dev (RegionDisabledException)',
      'look the error up in the STS documentation',
    ],
    [
      answered(''),
      'sts.refused',
      5,
      'AWS refused the request for dev (no error code)',
      'look the error up in the STS documentation',
    ],
    [
      silent('timeout'),
      'network.timeout',
      6,
      'STS at sts.eu-west-1.amazonaws.com did not answer in time',
      'check the network, then: mfad login dev',
    ],
    [
      silent('unreachable'),
      'network.unreachable',
      6,
      'STS at sts.eu-west-1.amazonaws.com cannot be reached',
      'check the network, then: mfad login dev',
    ],
    [
      silent('not-sts'),
      'sts.invalid-answer',
      6,
      'what answered at sts.eu-west-1.amazonaws.com is not STS',
      'a captive portal or proxy may be in between: check the network, then: mfad login dev',
    ],
    [
      silent('stopping'),
      'daemon.stopping',
      3,
      'the daemon is stopping',
      'when it runs again: mfad login dev',
    ],
  ])('%j is %s', (failure, code, exitCode, message, hint) => {
    const error = described(failure)
    expect(error).toMatchObject({ code, message, hint })
    expect(exitCodeOf(error.code)).toBe(exitCode)
  })

  it.each([
    [
      wrongCode,
      "mfad login dev (if it happens again: check the phone's clock, then whether its app shows the code of this device)",
    ],
    [wrongDevice, 'compare it with the devices in the IAM console: mfad login dev --serial-number ARN'],
  ])('names no mfa_serial where the device comes from elsewhere: %s', (words, hint) => {
    const { isOfProfile: _, ...found } = context
    expect(describeStsFailure(answered('AccessDenied', words), found).hint).toContain(hint)
    expect(describeStsFailure(answered('ValidationError'), found).hint).toBe(
      'check the device arn:aws:iam::111122223333:mfa/alice and duration_seconds of dev',
    )
  })

  it.each(['InvalidClientTokenId', 'SignatureDoesNotMatch'])(
    'has keys entered where they stand, and not over the session: %s',
    (name) => {
      const inPlace = { ...context, keyProfile: 'dev-long-term' }
      expect(describeStsFailure(answered(name), inPlace).hint).toMatch(
        /with: aws configure --profile dev-long-term$/,
      )
    },
  )

  it('has the command that was run as the next step, whatever went wrong on the way', () => {
    const again = 'mfad keys rotate dev'
    const failures = [
      answered('Throttling'),
      answered('Other', '', { httpStatus: 500 }),
      answered('RequestExpired'),
      ...(['timeout', 'unreachable', 'not-sts', 'stopping'] as const).map(silent),
    ]
    for (const failure of failures)
      expect(describeStsFailure(failure, { ...context, again }).hint).toMatch(/: mfad keys rotate dev$/)
  })

  it('names a profile so that a shell takes it for a name', () => {
    const hostile = { ...context, profile: '$(touch x)' }
    expect(describeStsFailure(answered('Throttling'), hostile).hint).toBe(
      "wait a minute, then: mfad login '$(touch x)'",
    )
  })

  it('is not taken for STS’s words when it did not speak', () => {
    expect(described({ ...silent('not-sts'), name: 'AccessDenied', message: wrongCode }).code).toBe(
      'sts.invalid-answer',
    )
  })

  it('blames no clock that is not known to be wrong', () => {
    expect(described(answered('SignatureDoesNotMatch')).code).toBe('sts.signature-rejected')
  })

  it('never repeats a secret, a code or a whole key id that comes back in it', () => {
    const secrets = [
      'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'AKIAIOSFODNN7EXAMPLE',
      '123456',
      'dG9rZW4=\n[x]',
    ]
    const names = [
      'AccessDenied',
      'ValidationError',
      'SignatureDoesNotMatch',
      'Throttling',
      'Other',
      ...secrets,
    ]
    const kinds = ['answered', 'unreachable', 'timeout', 'not-sts', 'stopping'] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.constantFrom(...names),
        fc.constantFrom(...secrets, wrongCode),
        fc.constantFrom(...secrets),
        fc.constantFrom(400, 403, 429, 500),
        (kind, name, text, more, httpStatus) => {
          const { message, hint } = described({ kind, name, message: `${text} ${more}`, httpStatus })
          for (const secret of secrets) expect(message + hint).not.toContain(secret)
          expect(message + hint).not.toContain('\n')
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('where it did not come to a call', () => {
  it('no host is made up', () => {
    expect(described({ kind: 'unreachable', name: '', message: '' }).message).toBe('STS cannot be reached')
  })
})

describe('whether STS has refused the code', () => {
  it.each([
    [answered('AccessDenied', wrongCode), true],
    [answered('AccessDenied', wrongDevice), true],
    [answered('AccessDenied', 'sts:GetSessionToken with an explicit deny'), false],
    [answered('SignatureDoesNotMatch'), false],
    [answered('InvalidClientTokenId'), false],
    [answered('Throttling'), false],
    [answered('InternalFailure', '', { httpStatus: 500 }), false],
    [silent('timeout'), false],
    [silent('unreachable'), false],
    [{ ...silent('not-sts'), name: 'AccessDenied', message: wrongCode }, false],
  ])('after %j: %s', (failure, expected) => {
    expect(wasCodeRefused(failure)).toBe(expected)
  })
})

describe('what IAM answers', () => {
  const ofIam = (failure: StsFailure) =>
    describeStsFailure(failure, { ...context, action: 'ListMFADevices', serialNumber: '' })

  it('to a user without permission says whom to ask, and how to go on', () => {
    expect(
      ofIam(answered('AccessDenied', 'User: … is not authorized to perform: iam:ListMFADevices')),
    ).toMatchObject({
      code: 'iam.access-denied',
      message: 'AWS does not let the user of dev list its own MFA devices',
      hint: 'ask your administrator for iam:ListMFADevices on your own user, or go without it: mfad login dev --serial-number arn:aws:iam::ACCOUNT:mfa/NAME',
    })
    expect(exitCodeOf('iam.access-denied')).toBe(5)
  })

  it.each<[StsFailure, string]>([
    [{ ...silent('not-sts'), host: 'iam.amazonaws.com' }, 'what answered at iam.amazonaws.com is not IAM'],
    [{ ...silent('timeout'), host: 'iam.amazonaws.com' }, 'IAM at iam.amazonaws.com did not answer in time'],
    [answered('ServiceFailure', '', { httpStatus: 500 }), 'IAM failed (HTTP 500)'],
    [
      answered('ValidationError', '', { httpStatus: 400 }),
      'AWS refused the request for dev (ValidationError)',
    ],
  ])('is named as IAM’s: %j', (failure, message) => {
    expect(ofIam(failure).message).toBe(message)
  })
})
