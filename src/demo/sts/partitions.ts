// AWS's partitions, by their regions. A key of one is unknown in all others.

const partitionByRegionStart = {
  'cn-': 'aws-cn',
  'us-gov-': 'aws-us-gov',
  'eusc-': 'aws-eusc',
  'us-iso-': 'aws-iso',
  'us-isob-': 'aws-iso-b',
  'eu-isoe-': 'aws-iso-e',
  'us-isof-': 'aws-iso-f',
} as const

export function partitionOfRegion(region: string): string {
  const found = Object.entries(partitionByRegionStart).find(([start]) => region.startsWith(start))
  return found?.[1] ?? 'aws'
}

export function partitionOfArn(arn: string): string {
  return arn.split(':')[1] ?? ''
}
