import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { type StsUser, startEmbeddedSts } from '../../../src/demo/sts/embedded-sts.ts'
import { createIam } from '../../../src/edges/aws/iam.ts'

const user: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/alice',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  devices: [
    { serialNumber: 'arn:aws:iam::111122223333:mfa/alice', seed: 'JBSWY3DPEHPK3PXP' },
    { serialNumber: 'arn:aws:iam::111122223333:u2f/user/alice/key-1' },
    { serialNumber: 'GAHT12345678', seed: 'JBSWY3DPEHPK3PXP' },
  ],
}
const plain = { useFipsEndpoint: false, useDualstackEndpoint: false, region: 'eu-west-1' }

async function list(users: StsUser[], region = 'eu-west-1') {
  const { endpoint, close } = await startEmbeddedSts({ users })
  onTestFinished(close)
  return createIam().listMfaDevices(
    { ...plain, region, endpointUrl: endpoint, credentials: users[0] ?? user },
    AbortSignal.timeout(10_000),
  )
}

/** What an IAM makes of it whose answers are these, the last one again and again. */
async function listFrom(...answers: string[]) {
  let asked = 0
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume()
    response.setHeader('content-type', 'text/xml')
    response.end(answers[Math.min(asked++, answers.length - 1)])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const result = await createIam(5000).listMfaDevices(
    { ...plain, endpointUrl, credentials: user },
    AbortSignal.timeout(10_000),
  )
  return { result, asked }
}

function page(serialNumbers: readonly string[], marker?: string): string {
  const members = serialNumbers.map(
    (serialNumber) => `<member><UserName>a</UserName><SerialNumber>${serialNumber}</SerialNumber></member>`,
  )
  const more =
    marker === undefined
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><Marker>${marker}</Marker>`
  return `<ListMFADevicesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListMFADevicesResult>${more}<MFADevices>${members.join('')}</MFADevices></ListMFADevicesResult><ResponseMetadata><RequestId>7a62c49f</RequestId></ResponseMetadata></ListMFADevicesResponse>`
}

it('lists the devices of the user whose keys sign the call', async () => {
  expect(await list([user])).toMatchObject({
    answer: user.devices.map(({ serialNumber }) => serialNumber),
    host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  })
  expect(await list([{ ...user, devices: [] }])).toMatchObject({ answer: [] })
})

it.each([
  ['a user without permission', { denied: ['iam:ListMFADevices'] }, 'AccessDenied'],
  ['a deactivated key', { isActive: false }, 'InvalidClientTokenId'],
])('tells the refusal of %s', async (_whom, more, name) => {
  expect(await list([{ ...user, ...more }])).toMatchObject({ failure: { kind: 'answered', name } })
})

it('signs for the partition of the region', async () => {
  const mei = { ...user, arn: 'arn:aws-cn:iam::111122223333:user/mei' }
  expect(await list([mei], 'cn-north-1')).toHaveProperty('answer')
  expect(await list([mei], 'eu-west-1')).toMatchObject({ failure: { name: 'InvalidClientTokenId' } })
})

it('puts pages together', async () => {
  const { result, asked } = await listFrom(
    page(['one-device'], 'm1'),
    page(['two-device'], 'm2'),
    page(['three']),
  )
  expect(result).toMatchObject({ answer: ['one-device', 'two-device', 'three'] })
  expect(asked).toBe(3)
})

it('stops at answers that go on and on', async () => {
  const { result, asked } = await listFrom(page(['one-device'], 'again'))
  expect(result).toMatchObject({ failure: { kind: 'not-sts' } })
  expect(asked).toBe(10)
})

it.each([
  ['thousands of devices', page(Array.from({ length: 5000 }, (_, index) => `device-${index}`))],
  ['two megabytes', page(['x'.repeat(2 * 1024 * 1024)])],
  ['no list', page([]).replace(/<MFADevices>.*<\/MFADevices>/, '')],
  ['another action’s answer', '<GetUserResponse><GetUserResult/></GetUserResponse>'],
  ['a page of HTML', '<!DOCTYPE html><html><body>Log in to use this network<br></body></html>'],
  ['nothing', ''],
])('does not take %s for an answer', async (_what, body) => {
  const { result } = await listFrom(body)
  expect(result).not.toHaveProperty('answer')
})

it('gives serial numbers as they came: who uses them holds them against their pattern', async () => {
  const { result } = await listFrom(page(['evil&#13;&#10;credential_process = x', '']))
  expect(result).toMatchObject({ answer: ['evil\r\ncredential_process = x', ''] })
})

it.each(['AKIA\u0085ODNN7EXAMPLE', 'AKIAIOSFODNN7$(w)', ''])(
  'takes no list of keys with the id %j',
  async (id) => {
    const members = `<member><AccessKeyId>${id}</AccessKeyId><Status>Active</Status></member>`
    const xml = `<ListAccessKeysResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccessKeysResult><AccessKeyMetadata>${members}</AccessKeyMetadata></ListAccessKeysResult><ResponseMetadata><RequestId>7a62c49f</RequestId></ResponseMetadata></ListAccessKeysResponse>`
    const server = createServer((request, response) => {
      request.resume()
      response.setHeader('content-type', 'text/xml')
      response.end(xml)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const result = await createIam(5000).listAccessKeys(
      { ...plain, endpointUrl, credentials: user },
      AbortSignal.timeout(10_000),
    )
    expect(result).toMatchObject({ failure: { kind: 'not-sts' } })
  },
)
