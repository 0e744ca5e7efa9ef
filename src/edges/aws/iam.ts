// IAM, called through the AWS SDK. Loaded only when it is asked something: most logins never need it.
import { IAMClient, ListMFADevicesCommand, type MFADevice } from '@aws-sdk/client-iam'
import type { Partitions } from '../../core/login/sts-target.ts'
import { type AwsRequest, type AwsResult, type ClientConfig, callAws } from './call.ts'
import { partitions } from './partitions.ts'

/** Calls reject with settings.bad-ca-bundle alone, before anything is sent. */
export type Iam = {
  partitions: Partitions
  /**
   * The serial numbers of the devices of the user whose keys sign the call, as they came.
   * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
   */
  listMfaDevices(request: AwsRequest, stopping: AbortSignal): Promise<AwsResult<string[]>>
}

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
  }
}
