// The listening socket that systemd hands to the daemon which it starts: sd_listen_fds(3).
import { fstatSync, readFileSync } from 'node:fs'
import type { Environment } from './paths.ts'

/** The first one that is handed over. */
const firstDescriptor = 3

/**
 * The descriptor of the socket; undefined where there is none, and where the variables are meant for another process, from
 * which this one has inherited them.
 */
export function inheritedSocket(environment: Environment, pid: number): number | undefined {
  const { LISTEN_PID, LISTEN_FDS = '' } = environment
  if (LISTEN_PID !== String(pid) || !/^[1-9]\d{0,3}$/.test(LISTEN_FDS)) return undefined
  try {
    return fstatSync(firstDescriptor).isSocket() ? firstDescriptor : undefined
  } catch {
    return undefined
  }
}

/** Where that socket was bound; undefined where the system does not tell. Node has no name for it. */
export function inheritedPath(fd: number): string | undefined {
  const { ino } = fstatSync(fd)
  // Num RefCount Protocol Flags Type St Inode Path
  const line = new RegExp(`^\\S+:(?: \\S+){5} +${ino} (.+)$`, 'm')
  try {
    return line.exec(readFileSync('/proc/net/unix', 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
