// AWS's partitions as the SDK knows them. The SDK answers by region only, so one region of each leads to the rest.
import { partition } from '@aws-sdk/core/client'
import type { Partitions } from '../../core/login/sts-target.ts'

/** Complete: a test compares it with the SDK's own data. */
const oneRegionOfEach = [
  'us-east-1',
  'cn-north-1',
  'us-gov-west-1',
  'eusc-de-east-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
  'us-isof-south-1',
]

export const partitions: Partitions = {
  partitionOf: (region) => partition(region).name,
  defaultRegionOf: (name) => {
    const known = oneRegionOfEach.find((region) => partition(region).name === name)
    // The SDK's types leave it out.
    return known && (partition(known) as { implicitGlobalRegion?: string }).implicitGlobalRegion
  },
}
