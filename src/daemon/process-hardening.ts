// What the daemon's process does not let happen to it.
import { writeFileSync } from 'node:fs'
import type { Log } from '../edges/logger.ts'

/** Private files, no core dump, and no debugger port: Node opens one for every local user at SIGUSR1. */
export function hardenProcess(log: Log): void {
  process.umask(0o077)
  process.on('SIGUSR1', () => log.warn({}, 'SIGUSR1 is ignored: it would open a debugger'))
  try {
    // Linux writes no memory into a core dump then; the service also sets its size to 0.
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch (error) {
    log.debug({ problem: String(error) }, 'the core dump filter could not be set')
  }
}
