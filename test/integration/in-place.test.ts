// Sessions in place, with real programs: the keys in [dev-long-term], as aws-mfa has them, and the session in [dev], where every
// program finds it that names the profile.
import { spawn } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireProgram, requirePython } from '../support/clients.ts'
import {
  alice,
  aliceKeys,
  aliceSerial,
  openSandbox,
  type RunningDaemon,
  run,
  type Sandbox,
} from '../support/sandbox.ts'

const adminArn = 'arn:aws:iam::111122223333:role/admin'
const longTerm = `# alice's\n[dev-long-term]\n${aliceKeys}aws_mfa_device = ${aliceSerial}\n`
const config = '[profile dev]\nregion = eu-west-1\noutput = json\n'

let sandbox: Sandbox
let daemon: RunningDaemon
beforeEach(async () => {
  sandbox = await openSandbox([alice], [{ arn: adminArn, trusts: [alice.arn], requiresMfa: true }])
  sandbox.writeCredentials(longTerm)
  sandbox.writeConfig(config)
  daemon = await sandbox.startDaemon()
})
afterEach(() => sandbox.close())

const succeed = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await sandbox.mfad(...args)
  expect(exitCode, stderr).toBe(0)
  return stdout + stderr
}
const python = (context: Parameters<typeof requirePython>[0], script: string) => {
  const child = spawn(requirePython(context, 'boto3'), ['-c', script, sandbox.sts.endpoint], {
    env: sandbox.environment,
    stdio: 'pipe',
  })
  return run(child)
}

describe('a login', () => {
  it('goes to [dev], and takes nothing but its own lines away', async () => {
    const stdout = await succeed('login', 'dev', sandbox.code())
    expect(stdout).toContain('dev → [dev] until')
    expect(sandbox.readCredentials()).toContain('mfad_settings = none\n')
    expect(sandbox.readCredentials()).not.toMatch(/^(?:region|output) =/m)
    expect((await sandbox.status()).profiles).toMatchObject([
      { profile: 'dev', sessionProfile: 'dev', state: 'valid', serialNumber: aliceSerial },
    ])
    await succeed('logout', 'dev')
    expect(sandbox.readCredentials()).toBe(longTerm)
  })

  it('can be asked for by the section with the keys', async () => {
    expect(await succeed('login', 'dev-long-term', sandbox.code())).toContain('dev → [dev] until')
  })

  it('is found by the AWS CLI under the name of the profile itself, region and output with it', async (context) => {
    const aws = requireProgram(context, 'aws')
    await succeed('login', 'dev', sandbox.code())
    const environment = { ...sandbox.environment, AWS_PROFILE: 'dev' }
    const who = await run(
      spawn(aws, ['--endpoint-url', sandbox.sts.endpoint, 'sts', 'get-caller-identity'], {
        env: environment,
        stdio: 'pipe',
      }),
    )
    expect(who.exitCode, who.stderr).toBe(0)
    expect(JSON.parse(who.stdout)).toMatchObject({ Arn: alice.arn })
    const list = await run(spawn(aws, ['configure', 'list'], { env: environment, stdio: 'pipe' }))
    expect(list.stdout).toMatch(/region\W+eu-west-1/)
  })

  it('is found by boto3', async (context) => {
    await succeed('login', 'dev', sandbox.code())
    const { exitCode, stdout, stderr } = await python(
      context,
      `
import boto3, json, sys
session = boto3.Session(profile_name='dev')
arn = session.client('sts', endpoint_url=sys.argv[1]).get_caller_identity()['Arn']
print(json.dumps([arn, session.region_name, bool(session.get_credentials().token)]))`,
    )
    expect(exitCode, stderr).toBe(0)
    expect(JSON.parse(stdout)).toEqual([alice.arn, 'eu-west-1', true])
  })

  it('serves the roles that name the profile as their source', async () => {
    sandbox.writeConfig(`${config}[profile admin]\nrole_arn = ${adminArn}\nsource_profile = dev\n`)
    const stdout = await succeed('login', 'admin', sandbox.code())
    expect(stdout).toMatch(/dev → \[dev\] until.*\n.*admin → \[admin-mfa\] until/)
    expect(sandbox.codesSent()).toHaveLength(1)
  })

  it('comes about by mfad setup --in-place, and the sessions of roles are those of the same key still', async () => {
    sandbox.writeCredentials(`[dev]\n${aliceKeys}`)
    sandbox.writeConfig(`${config}[profile admin]\nrole_arn = ${adminArn}\nsource_profile = dev\n`)
    await succeed('login', 'admin', sandbox.code())
    for (const [place, wrongCode] of [
      ['--in-place', '000000'],
      ['--beside', '111111'],
    ] as const) {
      expect((await sandbox.mfad('setup', 'dev', place, '--code', wrongCode)).exitCode).toBe(5)
      const admin = (await sandbox.status()).profiles.find(({ profile }) => profile === 'admin')
      expect(admin).toMatchObject({ state: 'valid' })
      expect(admin).not.toHaveProperty('lastError')
    }
    expect(daemon.log()).not.toContain('was replaced')
  })

  it('survives a restart of the daemon, with what the user has put into [dev]', async () => {
    await succeed('login', 'dev', sandbox.code())
    sandbox.writeCredentials(sandbox.readCredentials().replace(/(\n\[dev\]\n[^[]*)/, '$1output = text\n'))
    await daemon.stop()
    await sandbox.startDaemon()
    await succeed('logout', 'dev')
    expect(sandbox.readCredentials()).toContain('[dev]\noutput = text\n')
    await succeed('login', 'dev', sandbox.nextCode())
    expect(sandbox.readCredentials()).toContain('output = text\n')
  })
})

describe('the file of aws-mfa', () => {
  /** Its own way to write: the whole file by Python's RawConfigParser, an expiration without a zone, both names of the token. */
  const ofAwsMfa = `
import boto3, configparser, os, sys
path = os.path.expanduser('~/.aws/credentials')
config = configparser.RawConfigParser()
config.read(path)
client = boto3.client('sts', region_name='us-east-1', endpoint_url=sys.argv[1],
    aws_access_key_id=config.get('dev-long-term', 'aws_access_key_id'),
    aws_secret_access_key=config.get('dev-long-term', 'aws_secret_access_key'))
got = client.get_session_token(SerialNumber=config.get('dev-long-term', 'aws_mfa_device'),
    TokenCode=sys.stdin.readline().strip())['Credentials']
if not config.has_section('dev'):
    config.add_section('dev')
config.set('dev', 'assumed_role', 'False')
for option, value in (('aws_access_key_id', 'AccessKeyId'), ('aws_secret_access_key', 'SecretAccessKey'),
        ('aws_session_token', 'SessionToken'), ('aws_security_token', 'SessionToken')):
    config.set('dev', option, got[value])
config.set('dev', 'expiration', got['Expiration'].strftime('%Y-%m-%d %H:%M:%S'))
with open(path, 'w') as file:
    config.write(file)`

  it('is left alone without --adopt, and taken over with it', async (context) => {
    const child = spawn(requirePython(context, 'boto3'), ['-c', ofAwsMfa, sandbox.sts.endpoint], {
      env: sandbox.environment,
      stdio: 'pipe',
    })
    const { exitCode, stderr } = await run(child, `${sandbox.code()}\n`)
    expect(exitCode, stderr).toBe(0)
    const before = sandbox.readCredentials()
    const refused = await sandbox.mfad('login', 'dev', sandbox.nextCode())
    expect(refused.exitCode).toBe(4)
    expect(refused.stderr).toContain('[dev] holds session credentials that mfad did not write')
    expect(refused.stderr).toContain('mfad login dev --adopt')
    expect(sandbox.readCredentials()).toBe(before)
    await succeed('login', 'dev', sandbox.nextCode(), '--adopt')
    const after = sandbox.readCredentials()
    expect(after).toContain('[dev]\nassumed_role = False\n')
    expect(after).not.toContain('aws_security_token')
    expect(after).toMatch(/^expiration = \d{4}-\d\d-\d\dT[\d:]+Z$/m)
    await succeed('logout', 'dev')
    expect(sandbox.readCredentials()).toContain('[dev]\nassumed_role = False\n')
  })
})

it('keys in [dev] itself are never touched: the session stands beside them, and the login says why', async () => {
  const credentials = `[dev]\n${aliceKeys}${longTerm}`
  sandbox.writeCredentials(credentials)
  sandbox.writeConfig(`[profile dev]\nmfa_serial = ${aliceSerial}\n`)
  const words = await succeed('login', 'dev', sandbox.code())
  expect(words).toContain('dev → [dev-mfa] until')
  expect(words).toContain('both [dev] and [dev-long-term] hold an access key')
  expect(sandbox.readCredentials()).toContain(`[dev]\n${aliceKeys}`)
  await succeed('logout', 'dev')
  expect(sandbox.readCredentials()).toBe(credentials)
})
