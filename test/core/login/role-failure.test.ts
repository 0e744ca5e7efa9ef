import { describe, expect, it } from 'vitest'
import type { AssumedRole } from '../../../src/core/login/role-failure.ts'
import { describeStsFailure } from '../../../src/core/login/sts-failure.ts'

const role: AssumedRole = {
  arn: 'arn:aws:iam::444455556666:role/admin',
  source: 'base',
  root: 'base',
  durationSeconds: 3600,
}
const described = (name: string, message = '', more: Partial<AssumedRole> = {}) =>
  describeStsFailure(
    { kind: 'answered', name, message, httpStatus: 403 },
    {
      action: 'AssumeRole',
      profile: 'admin',
      serialNumber: 'arn:aws:iam::111122223333:mfa/alice',
      keyEnding: 'MPLE',
      secondsToNextCode: 14,
      region: 'eu-west-1',
      role: { ...role, ...more },
    },
  )

describe('what AWS says of a role', () => {
  it.each([
    [
      'AccessDenied',
      'User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/admin',
      'sts.role-denied',
      'AWS does not let base assume arn:aws:iam::444455556666:role/admin, the role of admin, and does not say why',
      'whether it asks for an external id: aws configure set external_id ID --profile admin',
    ],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      'sts.role-duration',
      'the role of admin does not last as long as the 3600 s that were asked for',
      'aws configure set duration_seconds 900 --profile admin',
    ],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      'sts.role-duration',
      'AWS lets a role that is assumed with a session last one hour at most, and 3600 s were asked for admin',
      'lower duration_seconds',
    ],
    [
      'RegionDisabledException',
      'STS is not activated in this region for account:444455556666.',
      'sts.region-disabled',
      'STS is switched off in eu-west-1 for the account of arn:aws:iam::444455556666:role/admin',
      'aws configure set region us-east-1 --profile admin',
    ],
    [
      'ExpiredToken',
      'The security token included in the request is expired',
      'sts.source-expired',
      'AWS says that the session of base, with which admin is assumed, has expired',
      'mfad login base',
    ],
    [
      'InvalidClientTokenId',
      'The security token included in the request is invalid.',
      'sts.source-rejected',
      'AWS does not take the session of base, with which admin is assumed',
      'mfad login base',
    ],
    [
      'ValidationError',
      '1 validation error detected',
      'sts.validation-error',
      'AWS rejected the request for admin as malformed',
      'check role_arn, external_id, role_session_name and duration_seconds of admin',
    ],
    ['Throttling', 'Rate exceeded', 'sts.throttled', 'AWS is throttling requests', 'mfad login admin'],
  ])('%s: %s', (name, message, code, fact, nextStep) => {
    const error = described(name, message)
    expect(error.code).toBe(code)
    expect(error.message).toContain(fact)
    expect(error.hint).toContain(nextStep)
  })

  it('speaks of a role in between only where there is one, and names the account', () => {
    expect(described('AccessDenied').hint).toMatch(
      /administrator of account 444455556666 .* names you, whether it asks/,
    )
    expect(described('AccessDenied', '', { source: 'first' }).hint).toContain(
      'names you (where that asks for MFA, no role can be in between: source_profile of admin would have to be base), whether',
    )
  })

  it('does not suggest an external id where one is given', () => {
    expect(described('AccessDenied', '', { externalId: 'x' }).hint).toContain(
      'whether it asks for another external id than the one in external_id',
    )
  })
})
