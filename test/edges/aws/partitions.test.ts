import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { partitions } from '../../../src/edges/aws/partitions.ts'

/** The SDK's own data, which it does not hand out. */
const data = readFileSync(
  'node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js',
  'utf8',
)
const known = [...data.matchAll(/"id": "([\w-]+)",\s+"outputs": \{[^}]*"implicitGlobalRegion": "([\w-]+)"/g)]

describe('the partitions', () => {
  it('are found in the data of the SDK', () => {
    expect(known.map(([, id]) => id)).toEqual(expect.arrayContaining(['aws', 'aws-eusc', 'aws-iso-f']))
    expect(known).toHaveLength(data.match(/"id": /g)?.length ?? 0)
  })

  it.each(known.map(([, id = '', region = '']) => [id, region]))(
    'include %s, with its default region %s',
    (id, region) => {
      expect(partitions.defaultRegionOf(id)).toBe(region)
      expect(partitions.partitionOf(region)).toBe(id)
    },
  )

  it('include a region that is newer than the SDK by its form', () => {
    expect(partitions.partitionOf('eu-north-9')).toBe('aws')
    expect(partitions.partitionOf('cn-south-9')).toBe('aws-cn')
  })

  it.each(['aws-moon', '', 'constructor', 'AWS'])('do not include %j', (id) => {
    expect(partitions.defaultRegionOf(id)).toBeUndefined()
  })
})
