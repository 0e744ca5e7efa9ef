import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireProgram, requirePython } from '../support/clients.ts'
import { alice, aliceKeys, aliceSerial, openSandbox, run, type Sandbox } from '../support/sandbox.ts'

/** What people really have: comments everywhere, Windows line ends, dots in names, trailing blanks, no final line end. */
const credentials = `# Credentials of the platform team; ask in #platform before you change anything
#   rotated: 2026-09-01

[default]\t
region=us-east-1   ; not used any more

; --- personal ---------------------------------------------------------------
[dev]
${aliceKeys}
# the key above belongs to alice

[dev.team-a]
aws_access_key_id=AKIAI44QH8DHBEXAMPLE
aws_secret_access_key=je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY==
s3 =
    addressing_style = path
    # nested comment

[legacy/billing@2019]
aws_access_key_id = AKIAI44QH8DHBEXAMPLE
aws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY
# Zürich office, last line without an end`.replaceAll('\n', '\r\n')

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openSandbox()
  sandbox.writeCredentials(credentials)
  sandbox.writeConfig(`[profile dev]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\n`)
  await sandbox.startDaemon()
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
  expect(exitCode, stderr).toBe(0)
})
afterEach(() => sandbox.close())

describe('the session that a login wrote into a file full of comments', () => {
  it('is accepted by the AWS CLI under its profile name', async (context) => {
    const aws = requireProgram(context, 'aws')
    const args = [
      '--profile',
      'dev-mfa',
      '--endpoint-url',
      sandbox.sts.endpoint,
      'sts',
      'get-caller-identity',
      '--output',
      'json',
    ]
    const { exitCode, stdout, stderr } = await run(
      spawn(aws, args, { env: sandbox.environment, stdio: 'pipe' }),
    )
    expect(exitCode, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ Arn: alice.arn })
  })

  it('is accepted by boto3, with the region of its profile', async (context) => {
    const python = requirePython(context, 'boto3')
    const script = `
import boto3, json, sys
session = boto3.Session(profile_name='dev-mfa')
arn = session.client('sts', endpoint_url=sys.argv[1]).get_caller_identity()['Arn']
print(json.dumps([arn, session.region_name, sorted(session.available_profiles)]))`
    const child = spawn(python, ['-c', script, sandbox.sts.endpoint], {
      env: sandbox.environment,
      stdio: 'pipe',
    })
    const { exitCode, stdout, stderr } = await run(child)
    expect(exitCode, stderr).toBe(0)
    const profiles = ['default', 'dev', 'dev-mfa', 'dev.team-a', 'legacy/billing@2019']
    expect(JSON.parse(stdout)).toEqual([alice.arn, 'eu-west-1', profiles])
  })

  it('leaves every other byte as it was, and goes without a trace', async () => {
    expect(sandbox.readCredentials().startsWith(credentials)).toBe(true)
    expect(sandbox.readCredentials().slice(credentials.length)).toMatch(
      /^\r\n\[dev-mfa\]\r\n(?:[a-z_]+ = \S+\r\n){7}$/,
    )
    await sandbox.mfad('logout', 'dev')
    expect(readFileSync(sandbox.credentialsFile).equals(Buffer.from(credentials))).toBe(true)
  })
})
