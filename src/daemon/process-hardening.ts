// What the daemon's process does not let happen to it.
import { writeFileSync } from 'node:fs'
import { daemonEnvironment } from '../core/service/environment.ts'
import type { Log } from '../edges/logger.ts'
import type { Environment } from '../edges/paths.ts'

/** Private files, no core dump, no debugger port, and no variable that would change what a library does here. */
export function hardenProcess(log: Log): void {
  process.umask(0o077)
  process.on('SIGUSR1', () => log.warn({}, 'SIGUSR1 is ignored: it would open a debugger'))
  keepOnly(daemonEnvironment(process.env))
  try {
    // Linux writes no memory into a core dump then. Elsewhere the limit on its size, set at the start, has to do.
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch (error) {
    log.debug({ problem: String(error) }, 'the core dump filter could not be set')
  }
}

function keepOnly(environment: Environment): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
}
