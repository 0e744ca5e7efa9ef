// What the daemon's process does not let happen to it.
import { statSync, writeFileSync } from 'node:fs'
import { AppError } from '../core/errors.ts'
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

/**
 * The SDK looks into the AWS files and variables by itself, whatever it is given, and a bad `AWS_DEFAULTS_MODE` ends the
 * process. Everything it may use is passed to it explicitly, so all of this goes.
 */
export function isolateSdk(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) if (name.startsWith('AWS_')) delete environment[name]
  environment.AWS_CONFIG_FILE = '/dev/null'
  environment.AWS_SHARED_CREDENTIALS_FILE = '/dev/null'
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  delete environment.NODE_OPTIONS
}

/** Root in somebody else's home would leave files there that their owner cannot replace. */
export function refuseForeignHome(home: string, uid: number): void {
  const owner = statSync(home, { throwIfNoEntry: false })?.uid
  if (uid !== 0 || owner === undefined || owner === 0) return
  throw new AppError(
    'daemon.foreign-home',
    `this is root, but ${home} belongs to another user`,
    'run mfad as that user, without sudo',
  )
}
