// What the daemon's process does not let happen to it.
import { daemonEnvironment } from '../core/service/environment.ts'
import type { Log } from '../edges/logger.ts'
import type { Environment } from '../edges/paths.ts'
import { keepPrivate } from '../edges/private-process.ts'

/** Private files, no core dump, no debugger port, and no variable that would change what a library does here. */
export function hardenProcess(log: Log): void {
  keepPrivate(
    () => log.warn({}, 'SIGUSR1 is ignored: it would open a debugger'),
    (problem) => log.debug({ problem: String(problem) }, 'the core dump filter could not be set'),
  )
  keepOnly(daemonEnvironment(process.env))
}

function keepOnly(environment: Environment): void {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name]
}
