// The process of a daemon, as the system shows it to its user.
import { readFileSync } from 'node:fs'
import type { Environment } from './paths.ts'

export type DaemonProcess = { argv: string[]; environment: Environment }

/**
 * Undefined where the system does not tell, and where another process has this number here: a daemon in a container. The
 * environment may hold secrets, and is never shown.
 */
export function readDaemonProcess(pid: number): DaemonProcess | undefined {
  // It comes from whoever answers at the socket.
  if (!Number.isSafeInteger(pid)) return undefined
  const argv = wordsOf(pid, 'cmdline')
  if (argv?.at(-1) !== 'daemon' || !argv.some((word) => word.includes('mfad'))) return undefined
  const pairs = (wordsOf(pid, 'environ') ?? []).flatMap((word) => {
    const at = word.indexOf('=')
    return at > 0 ? [[word.slice(0, at), word.slice(at + 1)] as const] : []
  })
  return { argv, environment: Object.fromEntries(pairs) }
}

function wordsOf(pid: number, name: 'cmdline' | 'environ'): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8').replace(/\0$/, '').split('\0')
  } catch {
    return undefined
  }
}
