// What botocore and the AWS SDK for JavaScript really read, as maps.

import { resolve } from 'node:path'
import { externalDataInterceptor, loadSharedConfigFiles } from '@smithy/shared-ini-file-loader'
import { startLineProcess } from './line-process.ts'

/** Keys and values by section. */
export type Reading = Map<string, Map<string, string>>

export type BotocoreReader = {
  /** Undefined for a file that botocore rejects. */
  read(files: readonly Uint8Array[]): Promise<(Reading | undefined)[]>
  close(): Promise<void>
}

/** `python`: one that has botocore. The scripts are found from the root of the package. `what`: sections by their own names, or
 * the profiles of a config file. */
export function startBotocoreReader(
  python: string,
  what: 'sections' | 'profiles' = 'sections',
): BotocoreReader {
  const environment = { ...process.env, PYTHONUTF8: '1' }
  const child = startLineProcess([python, resolve('test/support/botocore-reader.py'), what], environment)
  return {
    async read(files) {
      const answers = await child.ask(files.map((file) => Buffer.from(file).toString('base64')))
      return answers.map((answer) => {
        const sections: [string, [string, string][]][] | null = JSON.parse(answer)
        return sections ? new Map(sections.map(([name, entries]) => [name, new Map(entries)])) : undefined
      })
    },
    close: child.close,
  }
}

/** Under the SDK's own names (`profile.dev`, `s3.addressing_style`). A section called `constructor` or the like ends up
 * in a function of this process, and stays there for the next file: left out here, and cleaned up. */
export async function readWithSdk(file: Uint8Array): Promise<Reading> {
  externalDataInterceptor.interceptFile('/intercepted', Buffer.from(file).toString('utf8'))
  externalDataInterceptor.interceptFile('/empty', '')
  const { credentialsFile } = await loadSharedConfigFiles({
    filepath: '/intercepted',
    configFilepath: '/empty',
  })
  for (const value of Object.values(credentialsFile))
    if (typeof value === 'function') for (const key of Object.keys(value)) Reflect.deleteProperty(value, key)
  const sections = Object.entries(credentialsFile).filter(([, value]) => typeof value !== 'function')
  return new Map(
    sections.map(([name, entries]) => [name, new Map(Object.entries(entries as Record<string, string>))]),
  )
}

/** The profiles that the SDK reads in a config file. */
export async function readProfilesWithSdk(file: Uint8Array): Promise<Reading> {
  externalDataInterceptor.interceptFile('/intercepted', Buffer.from(file).toString('utf8'))
  externalDataInterceptor.interceptFile('/empty', '')
  const { configFile } = await loadSharedConfigFiles({ filepath: '/empty', configFilepath: '/intercepted' })
  return new Map(
    Object.entries(configFile).map(([name, entries]) => [
      name,
      new Map(Object.entries(entries as Record<string, string>)),
    ]),
  )
}
