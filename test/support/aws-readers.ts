// What botocore and the AWS SDK for JavaScript really read, as maps.

import { spawnSync } from 'node:child_process'
import { externalDataInterceptor, loadSharedConfigFiles } from '@smithy/shared-ini-file-loader'
import { findPython } from './clients.ts'

export type Reading = Map<string, Map<string, string>>

const python = findPython('botocore.configloader')

/** Why there is no botocore here, or undefined where there is. */
export function reasonWithoutBotocore(): string | undefined {
  return python === undefined ? 'no python3 here has botocore' : undefined
}

/** One python3 process reads them all; undefined for a file that botocore rejects. */
export function readWithBotocore(files: readonly Uint8Array[]): (Reading | undefined)[] {
  const { status, stdout, stderr } = spawnSync(python ?? 'python3', ['test/support/botocore-read.py'], {
    input: files.map((file) => `${Buffer.from(file).toString('base64')}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, PYTHONUTF8: '1' },
  })
  if (status !== 0) throw new Error(`botocore-read.py failed: ${stderr}`)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const sections: [string, [string, string][]][] | null = JSON.parse(line)
      return sections ? new Map(sections.map(([name, entries]) => [name, new Map(entries)])) : undefined
    })
}

/** Under the SDK's own names (`profile.dev`, `s3.addressing_style`). A section called `constructor` or the like ends up
 * in a function of this process, and stays there for the next file: left out here, and cleaned up. */
export async function readWithSdk(file: Uint8Array): Promise<Reading> {
  externalDataInterceptor.interceptFile('/intercepted', Buffer.from(file).toString('utf8'))
  const { credentialsFile } = await loadSharedConfigFiles({
    filepath: '/intercepted',
    configFilepath: '/intercepted',
  })
  for (const value of Object.values(credentialsFile))
    if (typeof value === 'function') for (const key of Object.keys(value)) Reflect.deleteProperty(value, key)
  const sections = Object.entries(credentialsFile).filter(([, value]) => typeof value !== 'function')
  return new Map(
    sections.map(([name, entries]) => [name, new Map(Object.entries(entries as Record<string, string>))]),
  )
}
