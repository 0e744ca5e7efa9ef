// Another process of mfad's, by its number.
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { steadyMs } from './clock.ts'
import { isRunning } from './processes.ts'

/** A daemon takes at most 15 s to end. */
const limitMs = 20_000
const stepMs = 50

/**
 * Asks a daemon to end, and waits until it has. False if it does not, or if this is no daemon: the pid that a daemon in a
 * container has there is that of another process here.
 */
export async function endDaemon(pid: number): Promise<boolean> {
  if (!isMfad(pid) || !ask(pid)) return false
  const startedAt = steadyMs()
  while (steadyMs() - startedAt < limitMs) {
    if (!isRunning(pid)) return true
    await setTimeout(stepMs)
  }
  return false
}

/** macOS has no /proc to look at, and no containers of its own either. */
function isMfad(pid: number): boolean {
  if (!existsSync('/proc/self/cmdline')) return true
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return words.includes('daemon') && words.some((word) => word.includes('mfad'))
  } catch {
    return false
  }
}

function ask(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGTERM')
  } catch {
    return false
  }
}
