// `mfad daemon`: the daemon itself, in the foreground or, with --detach, in the background. However it is started, it runs
// with the same flags and without the variables that it does not need.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { daemonArgv, hardenedArgv, nodeFlags } from '../../core/service/daemon-argv.ts'
import { daemonEnvironment, hasNodeVariable } from '../../core/service/environment.ts'
import { runInPlace } from '../../edges/foreground.ts'
import { refuseForeignHome } from '../../edges/foreign-home.ts'
import { homeDirectory, stateDirectory } from '../../edges/paths.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import { awaitDaemon, findDaemon } from '../connection/connection.ts'
import { type Context, loadSoundContext } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'

export async function runDaemonCommand({ values, environment, output }: Invocation): Promise<number> {
  if (values.detach === true) return detach(await loadSoundContext(environment), output)
  if (!isHardened(environment)) return runInPlace(ownArgv(), hardenedEnvironment(environment))
  const { runDaemon } = await import('../../daemon/main.ts')
  await runDaemon(environment)
  return 0
}

/** Set in the daemon's environment by us, so that no start is ever followed by another one. */
const hardenedMark = 'MFAD_HARDENED'

function isHardened(environment: Invocation['environment']): boolean {
  if (environment[hardenedMark]) return true
  return nodeFlags.every((flag) => process.execArgv.includes(flag)) && !hasNodeVariable(environment)
}

function hardenedEnvironment(environment: Invocation['environment']): Record<string, string> {
  return { ...daemonEnvironment(environment), [hardenedMark]: '1' }
}

/** Some containers have no shell. */
function ownArgv(): string[] {
  const argv = daemonArgv(process.execPath, process.argv[1] ?? '')
  return existsSync('/bin/sh') ? hardenedArgv(argv) : argv
}

async function detach(context: Context, output: Output): Promise<number> {
  const running = await findDaemon(context, output)
  if (running !== undefined) {
    output.print(`the daemon is already running (pid ${running.daemon?.pid})`)
    return 0
  }
  refuseForeignHome(homeDirectory(context.environment), userId())
  const log = join(stateDirectory(context.environment), 'mfad.log')
  const child = spawnDaemon(context, log)
  const status = await awaitDaemon(context, output, () => child.exitCode === null)
  child.unref()
  if (status === undefined)
    throw new AppError('daemon.not-started', 'the daemon did not start', `read why: tail ${log}`)
  output.print(
    `the daemon is running (pid ${status.daemon?.pid}), its log is ${log}; stop it with: kill ${status.daemon?.pid}`,
  )
  return 0
}

const mostLogBytes = 1024 * 1024

/** Nothing else rotates this log: a long one makes place at the next start. */
function keepSmall(log: string): void {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0
  if (size > mostLogBytes) renameSync(log, `${log}.1`)
}

/** It starts in /, so the paths in its variables are made absolute. */
function spawnDaemon({ environment, files }: Context, log: string): ChildProcess {
  mkdirSync(join(log, '..'), { recursive: true, mode: 0o700 })
  keepSmall(log)
  const file = openSync(log, 'a', 0o600)
  const [program = '', ...args] = ownArgv()
  const paths = {
    AWS_SHARED_CREDENTIALS_FILE: files.credentials,
    AWS_CONFIG_FILE: files.config,
    MFAD_CONFIG: files.settings,
    MFAD_SOCKET: files.socket,
  }
  const given = Object.entries(paths).filter(([name]) => environment[name])
  const env = { ...hardenedEnvironment(environment), ...Object.fromEntries(given) }
  const child = spawn(program, args, { detached: true, cwd: '/', env, stdio: ['ignore', file, file] })
  closeSync(file)
  return child
}
