// The clients that people really use, against the embedded STS. They run as processes of their own, because the server
// lives in this one.
import { type ExecFileException, execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type EmbeddedSts, startEmbeddedSts } from '../../src/demo/sts/embedded-sts.ts'
import { alice, phone } from '../demo/sts/accounts.ts'
import { requireProgram, requirePython } from '../support/clients.ts'

type Environment = Record<string, string>
type Ended = { exitCode: number; stdout: string; stderr: string }
type AwsCredentials = {
  AccessKeyId: string
  SecretAccessKey: string
  SessionToken: string
  Expiration: string
}

const role = 'arn:aws:iam::111122223333:role/admin'

const boto3Login = `
import boto3, json, sys
endpoint, serial, code = sys.argv[1:]
sts = boto3.client("sts", endpoint_url=endpoint, region_name="eu-west-1")
session = sts.get_session_token(SerialNumber=serial, TokenCode=code, DurationSeconds=900)["Credentials"]
keys = dict(
    aws_access_key_id=session["AccessKeyId"],
    aws_secret_access_key=session["SecretAccessKey"],
    aws_session_token=session["SessionToken"],
)
signed_in = boto3.client("sts", endpoint_url=endpoint, region_name="eu-west-1", **keys)
iam = boto3.client("iam", endpoint_url=endpoint, region_name="us-east-1", **keys)
try:
    sts.get_session_token(SerialNumber=serial, TokenCode=code)
    again = "accepted"
except sts.exceptions.ClientError as error:
    again = error.response["Error"]
print(json.dumps({
    "expiration": session["Expiration"].isoformat(),
    "identity": signed_in.get_caller_identity()["Arn"],
    "devices": [device["SerialNumber"] for device in iam.list_mfa_devices()["MFADevices"]],
    "again": again,
}))
`

describe('the AWS CLI', () => {
  it('logs in with a code, then acts as the user and as a role that requires MFA', async (context) => {
    requireProgram(context, 'aws')
    const sts = await start()
    const aws = await awsCli(sts)
    const session = credentialsOf(await aws(longTerm, 'sts', 'get-session-token', ...code(sts)))
    const identity = await aws(environmentOf(session), 'sts', 'get-caller-identity')
    expect(JSON.parse(identity.stdout)).toMatchObject({ Account: '111122223333', Arn: alice.arn })
    const assumeRole = ['sts', 'assume-role', '--role-arn', role, '--role-session-name', 'mfad']
    expect((await aws(longTerm, ...assumeRole)).stderr).toContain(
      `(AccessDenied) when calling the AssumeRole operation: User: ${alice.arn} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
    )
    const admin = credentialsOf(await aws(environmentOf(session), ...assumeRole))
    const roleIdentity = await aws(environmentOf(admin), 'sts', 'get-caller-identity')
    expect(JSON.parse(roleIdentity.stdout).Arn).toBe('arn:aws:sts::111122223333:assumed-role/admin/mfad')
  })

  it('is told that a code was used, and that a session has expired', async (context) => {
    requireProgram(context, 'aws')
    const sts = await start()
    const aws = await awsCli(sts)
    sts.setSessionSeconds(0)
    const login = ['sts', 'get-session-token', ...code(sts)]
    const session = credentialsOf(await aws(longTerm, ...login))
    expect((await aws(longTerm, ...login)).stderr).toContain(
      'An error occurred (AccessDenied) when calling the GetSessionToken operation: MultiFactorAuthentication failed with invalid MFA one time pass code.',
    )
    expect((await aws(environmentOf(session), 'sts', 'get-caller-identity')).stderr).toContain(
      '(ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired',
    )
  })

  it('lists the MFA devices of the user', async (context) => {
    requireProgram(context, 'aws')
    const aws = await awsCli(await start())
    const { stdout } = await aws(longTerm, 'iam', 'list-mfa-devices')
    expect(JSON.parse(stdout).MFADevices).toMatchObject([
      { UserName: 'alice', SerialNumber: phone.serialNumber },
    ])
  })
})

describe('boto3', () => {
  it('logs in with a code and uses the session', async (context) => {
    const python = requirePython(context, 'boto3')
    const now = new Date(Math.floor(Date.now() / 1000) * 1000)
    const sts = await start(() => now)
    const environment = { ...(await isolated()), ...longTerm }
    const args = ['-c', boto3Login, sts.endpoint, phone.serialNumber, sts.tokenCode(phone.serialNumber)]
    const ended = await run(python, args, environment)
    expect(ended.exitCode, ended.stderr).toBe(0)
    const { expiration, ...rest } = JSON.parse(ended.stdout)
    expect(Date.parse(expiration)).toBe(now.getTime() + 900_000)
    expect(rest).toEqual({
      identity: alice.arn,
      devices: [phone.serialNumber],
      again: {
        Type: 'Sender',
        Code: 'AccessDenied',
        Message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
      },
    })
  })
})

const longTerm: Environment = {
  AWS_ACCESS_KEY_ID: alice.accessKeyId,
  AWS_SECRET_ACCESS_KEY: alice.secretAccessKey,
}

async function start(now?: () => Date): Promise<EmbeddedSts> {
  const roles = [{ arn: role, trusts: [alice.arn], requiresMfa: true }]
  const sts = await startEmbeddedSts({ users: [alice], roles, ...(now ? { now } : {}) })
  onTestFinished(() => sts.close())
  return sts
}

/** Runs `aws` against the server. The endpoint is an option: the CLI of Debian 12 does not know AWS_ENDPOINT_URL_STS. */
async function awsCli(sts: EmbeddedSts) {
  const base = await isolated()
  return (environment: Environment, ...args: string[]) =>
    run('aws', ['--endpoint-url', sts.endpoint, '--output', 'json', ...args], { ...base, ...environment })
}

/** An environment with an empty home, in which nothing of this machine's AWS setup is seen. */
async function isolated(): Promise<Environment> {
  const home = await mkdtemp(join(tmpdir(), 'mfad-sts-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    NO_PROXY: '127.0.0.1',
  }
}

function code(sts: EmbeddedSts): string[] {
  return ['--serial-number', phone.serialNumber, '--token-code', sts.tokenCode(phone.serialNumber)]
}

function credentialsOf({ exitCode, stdout, stderr }: Ended): AwsCredentials {
  expect(exitCode, stderr).toBe(0)
  return JSON.parse(stdout).Credentials
}

function environmentOf(credentials: AwsCredentials): Environment {
  return {
    AWS_ACCESS_KEY_ID: credentials.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey,
    AWS_SESSION_TOKEN: credentials.SessionToken,
  }
}

function run(program: string, args: string[], environment: Environment): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: environment, timeout: 25_000 },
      (error: ExecFileException | null, stdout, stderr) => {
        const exitCode = typeof error?.code === 'number' ? error.code : error ? 127 : 0
        resolve({ exitCode, stdout, stderr: error && stderr === '' ? error.message : stderr })
      },
    )
  })
}
