// A mount namespace of its own, which ends with the process that holds it: what is mounted there is seen by nobody else.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type MountNamespace = {
  /** Node, for whoever starts it as if it were Node itself. */
  node: string
  /** Runs a program there. Throws what it says when it fails. */
  run(program: string, ...args: string[]): string
  /** Where a path of that namespace is in ours. */
  outside(path: string): string
  close(): Promise<void>
}

/** Why there can be none on this machine, or undefined. */
export function mountObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid?.() !== 0) return 'it needs root, for a mount namespace'
  const script = 'mount -t tmpfs tmpfs /mnt && nsenter --version'
  const { status, error, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], {
    encoding: 'utf8',
  })
  return status === 0 ? undefined : `unshare --mount: ${error ?? stderr.trim()}`
}

export async function openMountNamespace(): Promise<MountNamespace> {
  const holder = spawn('unshare', ['--mount', 'sh', '-c', 'echo; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const enter = ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, '--']
  const directory = mkdtempSync(join(tmpdir(), 'mfad-namespace-'))
  const node = join(directory, 'node')
  writeFileSync(node, `#!/bin/sh\nexec ${enter.join(' ')} ${process.execPath} "$@"\n`)
  chmodSync(node, 0o755)
  return {
    node,
    run(program, ...args) {
      const { status, stdout, stderr } = spawnSync(enter[0] ?? '', [...enter.slice(1), program, ...args], {
        encoding: 'utf8',
      })
      if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
      return stdout
    },
    outside: (path) => `/proc/${holder.pid}/root${path}`,
    async close() {
      const ended = once(holder, 'exit')
      holder.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
