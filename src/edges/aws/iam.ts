// IAM, called through the AWS SDK. Loaded only when it is asked something: most logins never need it.
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListMFADevicesCommand,
  type MFADevice,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam'
import type { Partitions } from '../../core/login/sts-target.ts'
import { isLongTermKeyId, isLongTermKeys } from '../../core/profiles/aws-values.ts'
import type { LongTermCredentials } from '../../core/profiles/sections.ts'
import { type AwsRequest, type AwsResult, type ClientConfig, callAws } from './call.ts'
import { partitions } from './partitions.ts'

/** Calls reject with what speaks against the CA bundle alone, before anything is sent. */
export type Iam = {
  partitions: Partitions
  /**
   * The serial numbers of the devices of the user whose keys sign the call, as they came.
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
   */
  listMfaDevices(request: AwsRequest, stopping: AbortSignal): Promise<AwsResult<string[]>>
  /**
   * A new access key of that user.
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
   */
  createAccessKey(request: AwsRequest, stopping: AbortSignal): Promise<AwsResult<LongTermCredentials>>
  /** AWS allows a user two. https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html */
  listAccessKeys(request: AwsRequest, stopping: AbortSignal): Promise<AwsResult<AccessKey[]>>
  /** Undefined where it was never used. */
  lastUsed(request: KeyRequest, stopping: AbortSignal): Promise<AwsResult<Date | undefined>>
  /** From then on AWS refuses it, and it can be activated again. */
  deactivateAccessKey(request: KeyRequest, stopping: AbortSignal): Promise<AwsResult<true>>
  /** For ever. */
  deleteAccessKey(request: KeyRequest, stopping: AbortSignal): Promise<AwsResult<true>>
}

export type AccessKey = { accessKeyId: string; isActive: boolean; createdAt?: Date }
/** A call about this access key. */
export type KeyRequest = AwsRequest & { accessKeyId: string }

const callTimeoutMs = 15_000

/** AWS allows a user eight. An answer with more is not from AWS; one that goes on and on is cut off as well. */
const mostDevices = 100
const mostPages = 10

export function createIam(limitMs = callTimeoutMs): Iam {
  const createClient = (config: ClientConfig) => new IAMClient(config)
  return {
    partitions,
    listMfaDevices: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const devices: MFADevice[] = []
        let marker: string | undefined
        for (let page = 1; ; page++) {
          const command = new ListMFADevicesCommand(marker === undefined ? {} : { Marker: marker })
          const { MFADevices, IsTruncated, Marker, $metadata } = await client.send(command, { abortSignal })
          if (MFADevices === undefined) throw Object.assign(new Error('no list of devices'), { $metadata })
          devices.push(...MFADevices)
          marker = IsTruncated ? Marker : undefined
          if (devices.length > mostDevices || (marker !== undefined && page === mostPages))
            throw Object.assign(new Error('too many devices'), { $metadata })
          if (marker === undefined) return devices.map(({ SerialNumber = '' }) => SerialNumber)
        }
      }),
    ...accessKeyCalls(limitMs, createClient),
  }
}

function accessKeyCalls(
  limitMs: number,
  createClient: (config: ClientConfig) => IAMClient,
): Omit<Iam, 'partitions' | 'listMfaDevices'> {
  return {
    createAccessKey: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const { AccessKey, $metadata } = await client.send(new CreateAccessKeyCommand({}), { abortSignal })
        const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
        if (isLongTermKeys({ accessKeyId, secretAccessKey })) return { accessKeyId, secretAccessKey }
        throw Object.assign(new Error('no access key'), { $metadata })
      }),
    listAccessKeys: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const command = new ListAccessKeysCommand({ MaxItems: 10 })
        const { AccessKeyMetadata, $metadata } = await client.send(command, { abortSignal })
        if (AccessKeyMetadata === undefined) throw Object.assign(new Error('no list of keys'), { $metadata })
        // They are shown, and stand in commands that a user may copy.
        if (AccessKeyMetadata.some(({ AccessKeyId = '' }) => !isLongTermKeyId(AccessKeyId)))
          throw Object.assign(new Error('no ids of keys'), { $metadata })
        return AccessKeyMetadata.slice(0, 10).map(({ AccessKeyId = '', Status, CreateDate }) => ({
          accessKeyId: AccessKeyId,
          isActive: Status !== 'Inactive',
          ...(CreateDate === undefined ? {} : { createdAt: CreateDate }),
        }))
      }),
    lastUsed: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const command = new GetAccessKeyLastUsedCommand({ AccessKeyId: request.accessKeyId })
        return (await client.send(command, { abortSignal })).AccessKeyLastUsed?.LastUsedDate
      }),
    deactivateAccessKey: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        const command = new UpdateAccessKeyCommand({ AccessKeyId: request.accessKeyId, Status: 'Inactive' })
        await client.send(command, { abortSignal })
        return true as const
      }),
    deleteAccessKey: (request, stopping) =>
      callAws(request, limitMs, stopping, createClient, async (client, abortSignal) => {
        await client.send(new DeleteAccessKeyCommand({ AccessKeyId: request.accessKeyId }), { abortSignal })
        return true as const
      }),
  }
}
