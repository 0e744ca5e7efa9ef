// What the daemon holds in memory before the first login. Its size is a matter of the benchmarks; what it loads is one of these.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
afterEach(() => sandbox.close())

/** Parts of Node, each of half a MiB to 5, and what has them loaded. */
const late = {
  crypto: 'a hash or a random name',
  perf_hooks: 'performance.now()',
  worker_threads: 'pino, which could log from another thread',
  inspector: 'what closes a debugger in the process that starts the daemon',
  assert: 'sonic-boom',
  module: 'pino',
  'fs/promises': 'chokidar',
  v8: 'flags that are set late',
  https: 'the AWS SDK',
  tls: 'the AWS SDK',
  zlib: 'the AWS SDK',
}

it('a daemon that only shows its status has not loaded what a login needs, or nobody does', async () => {
  sandbox = await openSandbox()
  sandbox.writeConfig(devConfig)
  sandbox.writeCredentials(devCredentials)
  const list = join(sandbox.home, 'loaded.json')
  const stub = join(sandbox.home, 'tell.cjs')
  writeFileSync(
    stub,
    `process.on('SIGUSR2', () => {
      const { writeFileSync, renameSync } = require('node:fs')
      writeFileSync(${JSON.stringify(`${list}~`)}, JSON.stringify(process.moduleLoadList))
      renameSync(${JSON.stringify(`${list}~`)}, ${JSON.stringify(list)})
    })\n`,
  )
  const daemon = await sandbox.startDaemon({ NODE_OPTIONS: `--require ${stub}`, MFAD_HARDENED: '1' })
  expect((await sandbox.status()).profiles).toHaveLength(1)
  daemon.process.kill('SIGUSR2')
  await until('the daemon tells what it has loaded', () => existsSync(list))
  const loaded: string[] = JSON.parse(readFileSync(list, 'utf8'))
  expect(loaded).toContain('NativeModule http')
  expect(Object.keys(late).filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([])
})
