// The AWS CLI as a reader and a writer of the credentials file.

import { resolve } from 'node:path'
import { startLineProcess } from './line-process.ts'

export type AwsCli = {
  /** Runs `aws ARGUMENTS` for each, one after the other, on this credentials file, and gives the file as they leave it. */
  run(file: Uint8Array, ...commands: readonly string[][]): Promise<{ results: AwsResult[]; file: Uint8Array }>
  close(): Promise<void>
}

export type AwsResult = [status: number, stdout: string]

/** `python`: one that has awscli. */
export function startAwsCli(python: string): AwsCli {
  const environment = { ...process.env, PYTHONUTF8: '1' }
  const child = startLineProcess([python, resolve('test/support/aws-cli.py')], environment)
  return {
    async run(file, ...commands) {
      const [answer = ''] = await child.ask([
        JSON.stringify({ file: Buffer.from(file).toString('base64'), commands }),
      ])
      const { results, file: after }: { results: AwsResult[]; file: string } = JSON.parse(answer)
      return { results, file: new Uint8Array(Buffer.from(after, 'base64')) }
    },
    close: child.close,
  }
}
