// The users, devices and roles that the tests of the embedded STS share, and a server of their own for each test.
import { onTestFinished } from 'vitest'
import {
  type EmbeddedSts,
  type MfaDevice,
  type StsRole,
  type StsUser,
  startEmbeddedSts,
} from '../../../src/demo/sts/embedded-sts.ts'
import { type Credentials, call, credentialsIn, type RawAnswer } from './signed-request.ts'

export const clock = new Date('2026-03-01T10:00:00.000Z')

export const phone: MfaDevice = {
  serialNumber: 'arn:aws:iam::111122223333:mfa/alice',
  seed: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
}

export const alice: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/alice',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  devices: [phone],
}

/** Shares alice's device and has one of his own. */
export const bob: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/team/bob',
  accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  devices: [phone, { serialNumber: 'GAHT12345678', seed: 'JBSWY3DPEHPK3PXP' }],
}

export const root: StsUser = {
  arn: 'arn:aws:iam::111122223333:root',
  accessKeyId: 'AKIAROOTROOTROOTROOT',
  secretAccessKey: 'rootGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEYx',
  devices: [],
}

/** May not list devices. */
export const carol: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/carol',
  accessKeyId: 'AKIACAROLCAROLCAROLC',
  secretAccessKey: 'carolGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  devices: [],
  denied: ['iam:ListMFADevices'],
}

/** Has seven devices; the second is a FIDO security key. */
export const dave: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/dave',
  accessKeyId: 'AKIADAVEDAVEDAVEDAVE',
  secretAccessKey: 'daveyGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  devices: [1, 2, 3, 4, 5, 6, 7].map((number) =>
    number === 2
      ? { serialNumber: 'arn:aws:iam::111122223333:u2f/user/dave/key-2' }
      : { serialNumber: `arn:aws:iam::111122223333:mfa/dave-${number}`, seed: 'JBSWY3DPEHPK3PXP' },
  ),
}

/** A user of the partition of AWS's regions in China. */
export const mei: StsUser = {
  arn: 'arn:aws-cn:iam::777788889999:user/mei',
  accessKeyId: 'AKIAMEIMEIMEIMEIMEIM',
  secretAccessKey: 'meimeGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  devices: [{ serialNumber: 'arn:aws-cn:iam::777788889999:mfa/mei', seed: 'JBSWY3DPEHPK3PXP' }],
}

/** A user of another account. */
const mallory: StsUser = {
  arn: 'arn:aws:iam::444455556666:user/mallory',
  accessKeyId: 'AKIAMALLORYMALLORYMA',
  secretAccessKey: 'malloryClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
  devices: [],
}

export const adminRole = 'arn:aws:iam::111122223333:role/team/admin'
export const auditRole = 'arn:aws:iam::444455556666:role/audit'
export const partnerRole = 'arn:aws:iam::111122223333:role/partner'
export const strictRole = 'arn:aws:iam::111122223333:role/strict'

const roles: StsRole[] = [
  { arn: adminRole, trusts: [alice.arn], requiresMfa: true, maxSessionSeconds: 7200 },
  { arn: auditRole, trusts: [adminRole], maxSessionSeconds: 43_200 },
  { arn: partnerRole, trusts: [alice.arn], externalId: 'ticket-42' },
  { arn: strictRole, trusts: [adminRole], requiresMfa: true },
]

export type Bench = {
  sts: EmbeddedSts
  /** Calls with these credentials, signed at the server's (standing) time. */
  as(
    credentials: Credentials,
    parameters: Record<string, string>,
    service?: string,
    region?: string,
  ): Promise<RawAnswer>
  /** Logs alice in with her phone's code. */
  login(more?: Record<string, string>): Promise<Credentials & { expiration: string }>
  /** Moves the server's clock. */
  advance(seconds: number): void
}

/** A server whose clock stands still; it is closed when the test ends. */
export async function startBench(): Promise<Bench> {
  let now = clock
  const sts = await startEmbeddedSts({
    users: [alice, bob, root, mallory, carol, dave, mei],
    roles,
    now: () => now,
  })
  onTestFinished(() => sts.close())
  const as: Bench['as'] = (credentials, parameters, service = 'sts', region = 'eu-west-1') =>
    call({ endpoint: sts.endpoint, credentials, at: now, service, region }, parameters)
  return {
    sts,
    as,
    login: async (more = {}) => credentialsIn(await as(alice, { ...mfaLogin(sts), ...more })),
    advance: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000)
    },
  }
}

/** The parameters of a login with the code that alice's phone shows now. */
export function mfaLogin(sts: EmbeddedSts): Record<string, string> {
  return {
    Action: 'GetSessionToken',
    SerialNumber: phone.serialNumber,
    TokenCode: sts.tokenCode(phone.serialNumber),
  }
}
