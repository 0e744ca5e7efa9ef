// STS, called through the AWS SDK.
import {
  AssumeRoleCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import type { AwsTarget, Partitions } from '../../core/login/sts-target.ts'
import type { LongTermCredentials } from '../../core/profiles/sections.ts'
import type { SessionCredentials } from '../../core/profiles/session-section.ts'
import { type AwsRequest, type AwsResult, type ClientConfig, callAws } from './call.ts'
import { partitions } from './partitions.ts'

export type SessionTokenRequest = AwsRequest & {
  credentials: LongTermCredentials
  serialNumber: string
  tokenCode: string
  durationSeconds: number
}

/** `credentials`: those of a session, of a device or of another role. */
export type AssumeRoleRequest = AwsRequest & {
  credentials: SessionCredentials
  roleArn: string
  roleSessionName: string
  externalId?: string
  durationSeconds: number
}

/** Calls reject with what speaks against the CA bundle alone, before anything is sent. */
export type Sts = {
  partitions: Partitions
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
  getSessionToken(request: SessionTokenRequest, stopping: AbortSignal): Promise<AwsResult<SessionCredentials>>
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
  assumeRole(request: AssumeRoleRequest, stopping: AbortSignal): Promise<AwsResult<SessionCredentials>>
  /** The ARN of the caller; needs no permission. */
  getCallerIdentity(request: AwsRequest, stopping: AbortSignal): Promise<AwsResult<string>>
}

const callTimeoutMs = 15_000

export function createSts(limitMs = callTimeoutMs): Sts {
  const createClient = (config: ClientConfig) => new STSClient(config)
  return {
    partitions,
    getSessionToken: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const { serialNumber, tokenCode, durationSeconds } = request
        const command = new GetSessionTokenCommand({
          SerialNumber: serialNumber,
          TokenCode: tokenCode,
          DurationSeconds: durationSeconds,
        })
        return credentialsIn(await client.send(command, { abortSignal }))
      }),
    assumeRole: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const { roleArn, roleSessionName, externalId, durationSeconds } = request
        const command = new AssumeRoleCommand({
          RoleArn: roleArn,
          RoleSessionName: roleSessionName,
          DurationSeconds: durationSeconds,
          ...(externalId === undefined ? {} : { ExternalId: externalId }),
        })
        return credentialsIn(await client.send(command, { abortSignal }))
      }),
    getCallerIdentity: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const { Arn, $metadata } = await client.send(new GetCallerIdentityCommand({}), { abortSignal })
        if (!Arn) throw Object.assign(new Error('no ARN'), { $metadata })
        return Arn
      }),
  }
}

/** Asks without a signature, so that no key leaves this computer: STS refuses, and so shows that it is there. Rejects as calls do. */
export function reachSts(
  target: AwsTarget,
  limitMs: number,
  stopping: AbortSignal,
): Promise<AwsResult<unknown>> {
  const request = { ...target, credentials: noCredentials }
  return callAws(request, limitMs, stopping, createUnsigned, (client, abortSignal) =>
    client.send(new GetCallerIdentityCommand({}), { abortSignal }),
  )
}

/** The SDK signs nothing without any. */
const noCredentials = { accessKeyId: 'none', secretAccessKey: 'none' }

function createUnsigned(config: ClientConfig): STSClient {
  const client = new STSClient(config)
  client.middlewareStack.add(
    (next) => (args) => {
      delete (args.request as { headers: Record<string, string> }).headers.authorization
      return next(args)
    },
    { step: 'deserialize', priority: 'low', name: 'unsigned' },
  )
  return client
}

function credentialsIn(answer: {
  Credentials?: Credentials | undefined
  $metadata: object
}): SessionCredentials {
  const { Credentials: issued, $metadata } = answer
  // A page of HTML can be well-formed, too.
  if (issued === undefined) throw Object.assign(new Error('no credentials'), { $metadata })
  return {
    accessKeyId: issued.AccessKeyId ?? '',
    secretAccessKey: issued.SecretAccessKey ?? '',
    sessionToken: issued.SessionToken ?? '',
    expiration: issued.Expiration ?? new Date(Number.NaN),
  }
}
