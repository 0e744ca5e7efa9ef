// Every sentence with which AWS refuses a role, provoked for real: the daemon asks an STS that decides as AWS does, and the
// command line says the fact and what to do next.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StsRole } from '../../src/demo/sts/embedded-sts.ts'
import { alice, aliceKeys, aliceSerial, openSandbox, type Sandbox } from '../support/sandbox.ts'

const arn = (name: string) => `arn:aws:iam::444455556666:role/${name}`
const roles: StsRole[] = [
  { arn: arn('admin'), trusts: [alice.arn] },
  { arn: arn('partner'), trusts: [alice.arn], externalId: 'ticket-42' },
  { arn: arn('stranger'), trusts: ['arn:aws:iam::111122223333:user/bob'] },
  { arn: arn('guarded'), trusts: [arn('admin')], requiresMfa: true },
  { arn: arn('brief'), trusts: [alice.arn], maxSessionSeconds: 900 },
]
const role = (name: string, more = '', source = 'base') =>
  `\n[profile ${name}]\nrole_arn = ${arn(name)}\nsource_profile = ${source}\n${more}`
const config = `[profile base]
mfa_serial = ${aliceSerial}
region = eu-west-1
${role('admin')}${role('partner', 'external_id = ticket-41\n')}${role('stranger')}${role('gone')}${role('guarded', '', 'admin')}${role('brief')}`

const denied = (name: string, source = 'base') =>
  `mfad: AWS does not let ${source} assume ${arn(name)}, the role of ${name}, and does not say why`
const administrator =
  'then ask the administrator of account 444455556666 whether the role exists, whether its trust policy names you'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice], roles)
  sandbox.writeCredentials(`[base]\n${aliceKeys}`)
  sandbox.writeConfig(config)
  await sandbox.startDaemon()
  const { exitCode, stderr } = await sandbox.mfad('login', 'base', sandbox.code())
  expect(exitCode, stderr).toBe(0)
})
afterEach(() => sandbox.close())

type Refusal = {
  what: string
  profile: string
  before?: () => void
  exitCode: number
  says: string[]
}

const refusals: Refusal[] = [
  {
    what: 'another external id',
    profile: 'partner',
    exitCode: 5,
    says: [denied('partner'), 'whether it asks for another external id than the one in external_id'],
  },
  {
    what: 'a trust policy that names somebody else',
    profile: 'stranger',
    exitCode: 5,
    says: [denied('stranger'), administrator],
  },
  {
    what: 'a role that there is not',
    profile: 'gone',
    exitCode: 5,
    says: [denied('gone'), 'whether the role exists'],
  },
  {
    what: 'a trust policy that asks for MFA, reached through another role',
    profile: 'guarded',
    exitCode: 5,
    says: [
      denied('guarded', 'admin'),
      'where that asks for MFA, no role can be in between: source_profile of guarded would have to be base',
    ],
  },
  {
    what: 'a longer time than the role allows',
    profile: 'brief',
    exitCode: 5,
    says: [
      'mfad: the role of brief does not last as long as the 3600 s that were asked for',
      'aws configure set duration_seconds 900 --profile brief',
    ],
  },
  {
    what: 'a region that is switched off',
    profile: 'admin',
    before: () => sandbox.sts.setFault({ kind: 'region-disabled' }),
    exitCode: 5,
    says: [
      'mfad: STS is switched off in eu-west-1 for the account of arn:aws:iam::444455556666:role/admin',
      'aws configure set region us-east-1 --profile admin',
    ],
  },
  {
    what: 'too many requests',
    profile: 'admin',
    before: () => sandbox.sts.setFault({ kind: 'throttle' }),
    exitCode: 6,
    says: ['mfad: AWS is throttling requests', 'mfad login admin'],
  },
  {
    what: 'a source whose session AWS has ended',
    profile: 'admin',
    before: () => sandbox.sts.endSessions(),
    exitCode: 5,
    says: [
      'mfad: AWS says that the session of base, with which admin is assumed, has expired',
      'get a new one with: mfad login base\n',
    ],
  },
  {
    what: 'a source whose access key was deactivated',
    profile: 'admin',
    before: () => {
      for (const { accessKeyId } of sandbox.sts.issued) sandbox.sts.setActive(accessKeyId, false)
    },
    exitCode: 5,
    says: [
      'mfad: AWS does not take the session of base, with which admin is assumed',
      'the access key of base was deleted or deactivated',
      'get a new session with: mfad login base\n',
    ],
  },
]

describe('a role that AWS refuses for', () => {
  it.each(refusals)('$what is told with what to do', async ({ profile, before, exitCode, says }) => {
    before?.()
    const answer = await sandbox.mfad('login', profile)
    for (const text of says) expect(answer.stderr).toContain(text)
    expect(answer.exitCode).toBe(exitCode)
    const { profiles } = await sandbox.status()
    expect(profiles.find((each) => each.profile === profile)?.lastError?.message).toBe(
      /^mfad: (.*)$/m.exec(answer.stderr)?.[1],
    )
  })
})

it('the session that AWS has ended is replaced by the command that the hint names', async () => {
  sandbox.sts.endSessions()
  await sandbox.mfad('login', 'admin')
  const { exitCode, stderr } = await sandbox.mfad('login', 'base', sandbox.nextCode())
  expect(exitCode, stderr).toBe(0)
  expect((await sandbox.mfad('login', 'admin')).exitCode).toBe(0)
})
