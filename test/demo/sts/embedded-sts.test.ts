import { describe, expect, it } from 'vitest'
import { startEmbeddedSts } from '../../../src/demo/sts/embedded-sts.ts'
import {
  adminRole,
  alice,
  auditRole,
  bob,
  carol,
  clock,
  dave,
  mei,
  mfaLogin,
  partnerRole,
  phone,
  root,
  startBench,
  strictRole,
} from './accounts.ts'
import { call, credentialsIn, post, type RawAnswer, sign } from './signed-request.ts'

const invalidCode = 'AccessDenied 403: MultiFactorAuthentication failed with invalid MFA one time pass code.'
const unknownDevice =
  'AccessDenied 403: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'

describe('GetSessionToken', () => {
  it('answers a code with session credentials as AWS writes them', async () => {
    const { sts, as } = await startBench()
    const answer = await as(alice, mfaLogin(sts))
    const requestId = answer.headers.get('x-amzn-requestid') ?? ''
    const { accessKeyId, secretAccessKey, sessionToken } = credentialsIn(answer)
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers.get('content-type')).toBe('text/xml')
    expect(answer.headers.get('date')).toBe('Sun, 01 Mar 2026 10:00:00 GMT')
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/)
    expect(sessionToken).toMatch(/^(?=.*\+)(?=.*\/)[A-Za-z0-9+/]{300,}=+$/)
    expect(answer.body).toBe(`<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetSessionTokenResult>
    <Credentials>
      <AccessKeyId>${accessKeyId}</AccessKeyId>
      <SecretAccessKey>${secretAccessKey}</SecretAccessKey>
      <SessionToken>${sessionToken}</SessionToken>
      <Expiration>2026-03-01T22:00:00Z</Expiration>
    </Credentials>
  </GetSessionTokenResult>
  <ResponseMetadata>
    <RequestId>${requestId}</RequestId>
  </ResponseMetadata>
</GetSessionTokenResponse>
`)
  })

  it('accepts each code once', async () => {
    const { sts, as } = await startBench()
    const login = mfaLogin(sts)
    expect(outcome(await as(alice, login))).toBe('OK')
    expect(outcome(await as(alice, login))).toBe(invalidCode)
  })

  it('accepts the codes before and after a used one', async () => {
    const { sts, as } = await startBench()
    const codeAt = (seconds: number) =>
      sts.tokenCode(phone.serialNumber, new Date(clock.getTime() + seconds * 1000))
    const outcomes = []
    for (const seconds of [0, -30, 30, -60, 60]) {
      outcomes.push(outcome(await as(alice, { ...mfaLogin(sts), TokenCode: codeAt(seconds) })))
    }
    expect(outcomes).toEqual(['OK', 'OK', 'OK', invalidCode, invalidCode])
  })

  it('takes a code as used for every user of the device', async () => {
    const { sts, as } = await startBench()
    const login = mfaLogin(sts)
    expect(outcome(await as(bob, login))).toBe('OK')
    expect(outcome(await as(alice, login))).toBe(invalidCode)
  })

  it('does not tell a wrong code from a used one', async () => {
    const { sts, as } = await startBench()
    const [first, ...rest] = sts.tokenCode(phone.serialNumber)
    const wrong = `${(Number(first) + 1) % 10}${rest.join('')}`
    expect(outcome(await as(alice, { ...mfaLogin(sts), TokenCode: wrong }))).toBe(invalidCode)
  })

  it.each([
    ['nobody', 'arn:aws:iam::111122223333:mfa/nobody'],
    ['somebody else', 'GAHT12345678'],
  ])('cannot validate a code of a device that belongs to %s', async (_, serialNumber) => {
    const { as } = await startBench()
    const parameters = { Action: 'GetSessionToken', SerialNumber: serialNumber, TokenCode: '123456' }
    expect(outcome(await as(alice, parameters))).toBe(unknownDevice)
  })

  it.each([
    [
      { TokenCode: '12345' },
      "1 validation error detected: Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6",
    ],
    [
      { TokenCode: '123456\\' },
      "2 validation errors detected: Value '123456\\' at 'tokenCode' failed to satisfy constraint: Member must have length less than or equal to 6; Value '123456\\' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\d]*",
    ],
    [
      { SerialNumber: 'a serial number' },
      "1 validation error detected: Value 'a serial number' at 'serialNumber' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=/:,.@-]*",
    ],
    [
      { DurationSeconds: '899' },
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: '12h' },
      "1 validation error detected: Value '12h' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: '129601' },
      "1 validation error detected: Value '129601' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 129600",
    ],
  ])('refuses %o before it looks at the code', async (change, message) => {
    const { sts, as } = await startBench()
    const login = mfaLogin(sts)
    expect(outcome(await as(alice, { ...login, ...change }))).toBe(`ValidationError 400: ${message}`)
    expect(outcome(await as(alice, login))).toBe('OK')
  })

  it('refuses a serial number without a code', async () => {
    const { as } = await startBench()
    const parameters = { Action: 'GetSessionToken', SerialNumber: phone.serialNumber }
    expect(outcome(await as(alice, parameters))).toBe(
      'AccessDenied 403: MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    )
  })

  it('issues a session as long as asked, in whole seconds', async () => {
    const { login, advance } = await startBench()
    advance(0.9)
    expect((await login({ DurationSeconds: '900' })).expiration).toBe('2026-03-01T10:15:00Z')
    advance(30)
    expect((await login({ DurationSeconds: '129600' })).expiration).toBe('2026-03-02T22:00:30Z')
  })

  it('gives the root user an hour at most', async () => {
    const { as } = await startBench()
    const answer = await as(root, { Action: 'GetSessionToken', DurationSeconds: '7200' })
    expect(credentialsIn(answer).expiration).toBe('2026-03-01T11:00:00Z')
  })

  it('cannot be called with session credentials', async () => {
    const { as, login } = await startBench()
    expect(outcome(await as(await login(), { Action: 'GetSessionToken' }))).toBe(
      'AccessDenied 403: Cannot call GetSessionToken with session credentials',
    )
  })
})

describe('keys and signatures', () => {
  it('does not use up a code that came with a wrong signature', async () => {
    const { sts, as } = await startBench()
    const login = mfaLogin(sts)
    const forged = await as({ ...alice, secretAccessKey: 'wrong' }, login)
    expect(forged).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' })
    expect(outcome(await as(alice, login))).toBe('OK')
  })

  it('does not use up a code when its clock is more than 15 min away from ours, and shows its clock', async () => {
    const { sts } = await startBench()
    sts.setClockOffsetSeconds(901)
    const login = mfaLogin(sts)
    const options = { endpoint: sts.endpoint, credentials: alice, at: clock }
    const late = await call(options, login)
    expect(outcome(late)).toBe(
      'SignatureDoesNotMatch 403: Signature expired: 20260301T100000Z is now earlier than 20260301T100001Z (20260301T101501Z - 15 min.)',
    )
    expect(late.headers.get('date')).toBe('Sun, 01 Mar 2026 10:15:01 GMT')
    const corrected = await call({ ...options, at: new Date(clock.getTime() + 901_000) }, login)
    expect(credentialsIn(corrected).expiration).toBe('2026-03-01T22:15:01Z')
  })

  const invalidToken = 'InvalidClientTokenId 403: The security token included in the request is invalid.'

  it('refuses an unknown key', async () => {
    const { as } = await startBench()
    const stranger = { ...alice, accessKeyId: 'AKIASTRANGERSTRANGER' }
    expect(outcome(await as(stranger, { Action: 'GetCallerIdentity' }))).toBe(invalidToken)
  })

  it('refuses a deactivated key until it is active again', async () => {
    const sts = await startEmbeddedSts({ users: [{ ...alice, isActive: false }], now: () => clock })
    const identify = () =>
      call({ endpoint: sts.endpoint, credentials: alice, at: clock }, { Action: 'GetCallerIdentity' })
    expect(outcome(await identify())).toBe(invalidToken)
    sts.setActive(alice.accessKeyId, true)
    expect(outcome(await identify())).toBe('OK')
    sts.setActive(alice.accessKeyId, false)
    expect(outcome(await identify())).toBe(invalidToken)
    await sts.close()
  })

  it('refuses a session without its token or with that of another session', async () => {
    const { as, login, advance } = await startBench()
    const { sessionToken, ...one } = await login()
    advance(30)
    const other = await login()
    const identify = { Action: 'GetCallerIdentity' }
    expect(outcome(await as(one, identify))).toBe(invalidToken)
    expect(outcome(await as({ ...other, ...one }, identify))).toBe(invalidToken)
    expect(outcome(await as({ ...one, ...(sessionToken ? { sessionToken } : {}) }, identify))).toBe('OK')
  })

  it('refuses a session from its expiration on', async () => {
    const { as, login, advance } = await startBench()
    const session = await login({ DurationSeconds: '900' })
    advance(899)
    expect(outcome(await as(session, { Action: 'GetCallerIdentity' }))).toBe('OK')
    advance(1)
    expect(outcome(await as(session, { Action: 'GetCallerIdentity' }))).toBe(
      'ExpiredToken 403: The security token included in the request is expired',
    )
  })

  it('shortens the sessions it issues on request', async () => {
    const { sts, login, advance } = await startBench()
    sts.setSessionSeconds(5)
    expect((await login()).expiration).toBe('2026-03-01T10:00:05Z')
    sts.setSessionSeconds(undefined)
    advance(30)
    expect((await login()).expiration).toBe('2026-03-01T22:00:30Z')
  })
})

describe('GetCallerIdentity', () => {
  it('names the user behind long-term keys and behind their sessions', async () => {
    const { as, login } = await startBench()
    for (const credentials of [alice, await login()]) {
      const { body } = await as(credentials, { Action: 'GetCallerIdentity' })
      expect(body).toMatch(
        /<Arn>arn:aws:iam::111122223333:user\/alice<\/Arn>\s*<UserId>AIDA[A-Z2-7]{17}<\/UserId>\s*<Account>111122223333<\/Account>/,
      )
    }
  })

  it('names a role session without the path of the role', async () => {
    const { as, login } = await startBench()
    const { body } = await as(await login(), assume(adminRole))
    const arn = 'arn:aws:sts::111122223333:assumed-role/admin/mfad'
    expect(body).toMatch(
      new RegExp(`<AssumedRoleId>AROA[A-Z2-7]{17}:mfad</AssumedRoleId>\\s*<Arn>${arn}</Arn>`),
    )
    const { body: identity } = await as(credentialsIn({ body } as RawAnswer), { Action: 'GetCallerIdentity' })
    expect(identity).toContain(`<Arn>${arn}</Arn>`)
  })
})

describe('AssumeRole', () => {
  const denied = (caller: string, role: string) =>
    `AccessDenied 403: User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${role}`

  it('takes the MFA of the session for a role that requires it', async () => {
    const { as, login } = await startBench()
    const withoutMfa = credentialsIn(await as(alice, { Action: 'GetSessionToken' }))
    expect(outcome(await as(alice, assume(adminRole)))).toBe(denied(alice.arn, adminRole))
    expect(outcome(await as(withoutMfa, assume(adminRole)))).toBe(denied(alice.arn, adminRole))
    expect(outcome(await as(await login(), assume(adminRole)))).toBe('OK')
  })

  it('takes a code of its own, and uses it up', async () => {
    const { sts, as } = await startBench()
    const parameters = { ...mfaLogin(sts), ...assume(adminRole) }
    expect(outcome(await as(alice, parameters))).toBe('OK')
    expect(outcome(await as(alice, parameters))).toBe(invalidCode)
  })

  it('is denied to those the role does not trust, and for roles that do not exist', async () => {
    const { as, login } = await startBench()
    const nowhere = 'arn:aws:iam::111122223333:role/nowhere'
    const parameters = { ...assume(partnerRole), ExternalId: 'ticket-42' }
    expect(outcome(await as(bob, parameters))).toBe(denied(bob.arn, partnerRole))
    expect(outcome(await as(await login(), assume(nowhere)))).toBe(denied(alice.arn, nowhere))
  })

  it('asks for the external id of the role', async () => {
    const { as } = await startBench()
    const parameters = assume(partnerRole)
    expect(outcome(await as(alice, { ...parameters, ExternalId: 'ticket-41' }))).toBe(
      denied(alice.arn, partnerRole),
    )
    expect(outcome(await as(alice, { ...parameters, ExternalId: 'ticket-42' }))).toBe('OK')
  })

  it('lasts an hour by default and at most as long as the role allows', async () => {
    const { sts, as, advance } = await startBench()
    const assumeFor = (seconds: string) => {
      advance(30)
      return as(alice, { ...mfaLogin(sts), ...assume(adminRole), DurationSeconds: seconds })
    }
    expect(credentialsIn(await as(alice, { ...mfaLogin(sts), ...assume(adminRole) })).expiration).toBe(
      '2026-03-01T11:00:00Z',
    )
    expect(credentialsIn(await assumeFor('7200')).expiration).toBe('2026-03-01T12:00:30Z')
    expect(outcome(await assumeFor('7201'))).toBe(
      'ValidationError 400: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
    expect(outcome(await assumeFor('43201'))).toBe(
      "ValidationError 400: 1 validation error detected: Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
    )
  })

  it('lasts an hour at most when the caller has a session, as AWS counts that as chaining', async () => {
    const { as, login } = await startBench()
    const session = await login()
    const assumeFor = (seconds: string) => as(session, { ...assume(adminRole), DurationSeconds: seconds })
    expect(credentialsIn(await assumeFor('3600')).expiration).toBe('2026-03-01T11:00:00Z')
    expect(outcome(await assumeFor('3601'))).toBe(
      'ValidationError 400: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  })

  it('lasts an hour at most when the caller is a role', async () => {
    const { as, login } = await startBench()
    const admin = credentialsIn(await as(await login(), assume(adminRole)))
    const chained = (seconds: string) => as(admin, { ...assume(auditRole), DurationSeconds: seconds })
    expect(credentialsIn(await chained('3600')).expiration).toBe('2026-03-01T11:00:00Z')
    expect(outcome(await chained('3601'))).toBe(
      'ValidationError 400: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  })

  it('does not hand MFA on from role to role', async () => {
    const { sts, as, login, advance } = await startBench()
    const admin = credentialsIn(await as(await login(), assume(adminRole)))
    const adminArn = 'arn:aws:sts::111122223333:assumed-role/admin/mfad'
    expect(outcome(await as(admin, assume(strictRole)))).toBe(denied(adminArn, strictRole))
    advance(30)
    expect(outcome(await as(admin, { ...mfaLogin(sts), ...assume(strictRole) }))).toBe(unknownDevice)
  })

  it('lists every parameter that is missing or wrong', async () => {
    const { as } = await startBench()
    expect(outcome(await as(alice, { Action: 'AssumeRole', RoleSessionName: 'a b' }))).toBe(
      "ValidationError 400: 2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    )
  })

  it('is refused to the root user', async () => {
    const { as } = await startBench()
    expect(outcome(await as(root, assume(partnerRole)))).toBe(
      'AccessDenied 403: Roles may not be assumed by root accounts.',
    )
  })
})

describe('ListMFADevices', () => {
  const list = { Action: 'ListMFADevices' }

  it('lists the devices of the caller', async () => {
    const { as } = await startBench()
    const { status, body } = await as(bob, list, 'iam')
    expect(status).toBe(200)
    expect(body).toContain('<ListMFADevicesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">')
    expect(
      [...body.matchAll(/<UserName>(.*)<\/UserName>\s*<SerialNumber>(.*)<\/SerialNumber>/g)].map(
        ([, ...pair]) => pair,
      ),
    ).toEqual([
      ['bob', phone.serialNumber],
      ['bob', 'GAHT12345678'],
    ])
  })

  it('lists the devices of another user, of the same account only', async () => {
    const { as } = await startBench()
    const { body } = await as(bob, { ...list, UserName: 'alice' }, 'iam')
    expect(body.match(/<SerialNumber>.*?<\/SerialNumber>/g)).toEqual([
      `<SerialNumber>${phone.serialNumber}</SerialNumber>`,
    ])
    expect(outcome(await as(bob, { ...list, UserName: 'mallory' }, 'iam'))).toBe(
      'NoSuchEntity 404: The user with name mallory cannot be found.',
    )
  })

  it('gives as many as are asked for, and a marker for the rest', async () => {
    const { as } = await startBench()
    const pages: string[][] = []
    let marker: string | undefined
    do {
      const more: Record<string, string> = marker === undefined ? {} : { Marker: marker }
      const { body } = await as(dave, { ...list, MaxItems: '3', ...more }, 'iam')
      pages.push([...body.matchAll(/<SerialNumber>.*[/-](.*)<\/SerialNumber>/g)].map(([, end = '']) => end))
      marker = /<Marker>(.*)<\/Marker>/.exec(body)?.[1]
      expect(body).toContain(`<IsTruncated>${marker !== undefined}</IsTruncated>`)
    } while (marker !== undefined)
    expect(pages).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']])
    expect(outcome(await as(dave, { ...list, Marker: 'nonsense' }, 'iam'))).toBe(
      'ValidationError 400: Invalid Marker.',
    )
    expect(outcome(await as(dave, { ...list, MaxItems: '0' }, 'iam'))).toContain(
      "'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1",
    )
  })

  it('is refused to a user whom no policy allows it', async () => {
    const { as } = await startBench()
    expect(outcome(await as(carol, list, 'iam'))).toBe(
      'AccessDenied 403: User: arn:aws:iam::111122223333:user/carol is not authorized to perform: iam:ListMFADevices on resource: user carol because no identity-based policy allows the iam:ListMFADevices action',
    )
  })

  it('needs MFA in a session, and a user name from a role', async () => {
    const { as, login } = await startBench()
    const withoutMfa = credentialsIn(await as(alice, { Action: 'GetSessionToken' }))
    const withMfa = await login()
    const admin = credentialsIn(await as(withMfa, assume(adminRole)))
    expect(await as(withoutMfa, list, 'iam')).toMatchObject({ status: 403, code: 'InvalidClientTokenId' })
    expect(outcome(await as(withMfa, list, 'iam'))).toBe('OK')
    expect(outcome(await as(admin, list, 'iam'))).toBe(
      'ValidationError 400: Must specify userName when calling with non-User credentials',
    )
  })

  it('does not take a signature made for STS', async () => {
    const { sts } = await startBench()
    const body = 'Action=ListMFADevices&Version=2010-05-08'
    const headers = sign({ endpoint: sts.endpoint, credentials: alice, at: clock, service: 'sts' }, body)
    expect(outcome(await post(sts.endpoint, headers, body))).toBe(
      "SignatureDoesNotMatch 403: Credential should be scoped to correct service: 'iam'. ",
    )
  })
})

describe('partitions', () => {
  const unknown = 'InvalidClientTokenId 403: The security token included in the request is invalid.'
  const whoAmI = { Action: 'GetCallerIdentity' }

  it('knows a key in the regions of its own partition only', async () => {
    const { as } = await startBench()
    expect(outcome(await as(mei, whoAmI, 'sts', 'cn-north-1'))).toBe('OK')
    expect(outcome(await as(mei, { Action: 'ListMFADevices' }, 'iam', 'cn-north-1'))).toBe('OK')
    expect(outcome(await as(mei, whoAmI, 'sts', 'us-east-1'))).toBe(unknown)
    expect(outcome(await as(mei, { Action: 'ListMFADevices' }, 'iam', 'us-east-1'))).toBe(unknown)
    expect(outcome(await as(alice, whoAmI, 'sts', 'us-gov-west-1'))).toBe(unknown)
  })

  it('gives a session that is known there only, too', async () => {
    const { as } = await startBench()
    const session = credentialsIn(await as(mei, { Action: 'GetSessionToken' }, 'sts', 'cn-northwest-1'))
    expect(outcome(await as(session, whoAmI, 'sts', 'cn-north-1'))).toBe('OK')
    expect(outcome(await as(session, whoAmI, 'sts', 'eu-west-1'))).toBe(unknown)
  })
})

describe('requests', () => {
  it('asks for a signature first of all', async () => {
    const { sts } = await startBench()
    const answer = await post(sts.endpoint, {}, 'Action=GetCallerIdentity&Version=2011-06-15')
    expect(outcome(answer)).toBe('MissingAuthenticationToken 403: Request is missing Authentication Token')
    expect(answer.body).toMatch(
      /^<ErrorResponse xmlns="https:\/\/sts.amazonaws.com\/doc\/2011-06-15\/">\n {2}<Error>\n {4}<Type>Sender<\/Type>\n/,
    )
  })

  it.each([
    [
      'Action=GetFederationToken&Version=2011-06-15',
      'InvalidAction 400: Could not find operation GetFederationToken for version 2011-06-15',
    ],
    [
      'Action=GetCallerIdentity&Version=2010-05-08',
      'InvalidAction 400: Could not find operation GetCallerIdentity for version 2010-05-08',
    ],
    [
      'Action=toString&Version=2011-06-15',
      'InvalidAction 400: Could not find operation toString for version 2011-06-15',
    ],
    [
      'Action=GetCallerIdentity',
      'InvalidAction 400: Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED',
    ],
    ['', 'MissingAction 400: The request is missing an action.'],
  ])('does not know what to do with "%s"', async (body, expected) => {
    const { sts } = await startBench()
    expect(outcome(await post(sts.endpoint, {}, body))).toBe(expected)
  })

  it('reads the parameters of a GET from its query', async () => {
    const { sts } = await startBench()
    const known = await fetch(`${sts.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15`)
    const unknown = await fetch(`${sts.endpoint}/?Action=GetUser&Version=2011-06-15`)
    expect(await known.text()).toContain('<Code>MissingAuthenticationToken</Code>')
    expect(await unknown.text()).toContain('<Code>InvalidAction</Code>')
  })

  it('serves no other path', async () => {
    const { sts } = await startBench()
    expect((await fetch(`${sts.endpoint}/latest/meta-data`)).status).toBe(404)
  })

  it('takes the blame for a failure of its own', async () => {
    const { sts, as } = await startBench()
    sts.setFault({ kind: 'internal-failure' })
    expect((await as(alice, mfaLogin(sts))).body).toMatch(
      /<Type>Receiver<\/Type>\s*<Code>InternalFailure<\/Code>/,
    )
  })

  it('escapes what it repeats', async () => {
    const { as } = await startBench()
    const { body } = await as(alice, { Action: 'AssumeRole', RoleArn: '<a>&"]]>', RoleSessionName: 'mfad' })
    expect(body).toContain("Value '&lt;a&gt;&amp;&quot;]]&gt;' at 'roleArn'")
  })

  it('refuses a body of more than 64 KiB and serves the next request', async () => {
    const { sts, as } = await startBench()
    const answer = await post(sts.endpoint, {}, 'x'.repeat(64 * 1024 + 1))
    expect(outcome(answer)).toBe('RequestEntityTooLarge 413: Request Entity Too Large')
    expect(outcome(await as(alice, { Action: 'GetCallerIdentity' }))).toBe('OK')
  })

  it('listens on 127.0.0.1 and nowhere else', async () => {
    const { sts } = await startBench()
    expect((await fetch(sts.endpoint)).status).toBe(400)
    // Every interface would include this second loopback address.
    await expect(fetch(sts.endpoint.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow()
  })

  it('listens on the port it was given', async () => {
    const { sts: other } = await startBench()
    const port = Number(new URL(other.endpoint).port)
    await other.close()
    const sts = await startEmbeddedSts({ users: [], port })
    expect(sts.endpoint).toBe(`http://127.0.0.1:${port}`)
    await sts.close()
  })

  it('records what was called, by whom and how it ended, but no secrets or codes', async () => {
    const { sts, as } = await startBench()
    const login = mfaLogin(sts)
    const session = credentialsIn(await as(alice, { ...login, DurationSeconds: '3600' }))
    await as(alice, login)
    sts.setFault({ kind: 'throttle' }, 1)
    await as(session, { Action: 'GetCallerIdentity' })
    expect(sts.calls).toEqual([
      { action: 'GetSessionToken', accessKeyId: alice.accessKeyId, outcome: 'OK', durationSeconds: 3600 },
      { action: 'GetSessionToken', accessKeyId: alice.accessKeyId, outcome: 'AccessDenied' },
      { action: 'GetCallerIdentity', accessKeyId: session.accessKeyId, outcome: 'throttle' },
    ])
    const { expiration, ...issued } = session
    expect(expiration).toBe('2026-03-01T11:00:00Z')
    expect(sts.issued).toEqual([issued])
  })
})

function assume(roleArn: string): Record<string, string> {
  return { Action: 'AssumeRole', RoleArn: roleArn, RoleSessionName: 'mfad' }
}

function outcome({ status, code, message }: RawAnswer): string {
  return status === 200 ? 'OK' : `${code} ${status}: ${unescapeXml(message ?? '')}`
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
