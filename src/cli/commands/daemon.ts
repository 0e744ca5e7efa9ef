// `mfad daemon`: the daemon itself, in the foreground or, with --detach, in the background. However it is started, it runs
// with the same flags and without the variables that it does not need.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, readFileSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import { backgroundVariable } from '../../core/service/background.ts'
import {
  allocatorVariables,
  daemonArgv,
  hardenedArgv,
  lateFlags,
  nodeFlags,
} from '../../core/service/daemon-argv.ts'
import { daemonEnvironment, hasNodeVariable } from '../../core/service/environment.ts'
import { quoted } from '../../core/text/quoted.ts'
import { runInPlace } from '../../edges/foreground.ts'
import { refuseForeignFiles } from '../../edges/foreign-home.ts'
import { inheritedSocket } from '../../edges/inherited-socket.ts'
import { detachedLog, putAside } from '../../edges/log-file.ts'
import { makeOwnDirectory, type OwnFile, openLog, orSay } from '../../edges/own-files.ts'
import { isSingleFile, setFlags } from '../../edges/single-file.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import { awaitDaemon, findDaemon } from '../connection/connection.ts'
import { type Context, loadSoundContext } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'

export async function runDaemonCommand({ values, environment, output }: Invocation): Promise<number> {
  if (values.detach === true) return detach(await loadSoundContext(environment), output)
  if (!isHardened(environment)) return runInPlace(ownArgv(), hardenedEnvironment(environment))
  if (isSingleFile()) await setFlags(lateFlags)
  const { runDaemon } = await import('../../daemon/main.ts')
  return runDaemon(environment)
}

/** Set for the process that we start in our place, so that it does not start another one in its place. */
const hardenedMark = 'MFAD_HARDENED'

function isHardened(environment: Invocation['environment']): boolean {
  if (environment[hardenedMark]) return true
  const isByService = isSingleFile()
    ? environment[backgroundVariable] === 'service'
    : nodeFlags.every((flag) => process.execArgv.includes(flag))
  // What systemd has handed over is for this process only; and its unit keeps out the variables that matter.
  return (
    isByService && (inheritedSocket(environment, process.pid) !== undefined || !hasNodeVariable(environment))
  )
}

function hardenedEnvironment(environment: Invocation['environment']): Record<string, string> {
  return { ...daemonEnvironment(environment), ...allocatorVariables, [hardenedMark]: '1' }
}

/** Without a shell, which some containers do not have, Node is started directly. */
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
  refuseForeignFiles(context.environment, context.files, userId())
  const log = logFile(context)
  makeOwnDirectory(log)
  orSay(log, () => putAside(log.path))
  const descriptor = openLog(log)
  const { size } = fstatSync(descriptor)
  const child = spawnDaemon(context, descriptor)
  const status = await awaitDaemon(context, output, () => child.exitCode === null)
  child.unref()
  if (status === undefined) throw notStarted(log.path, size)
  output.print(
    `the daemon is running (pid ${status.daemon?.pid}), its log is ${log.path}; stop it with: kill ${status.daemon?.pid}`,
  )
  return 0
}

/** The error, with what the daemon said last: it is in the log from byte `start` on. */
function notStarted(log: string, start: number): AppError {
  const said = readFileSync(log).subarray(start).toString('utf8')
  const [, fact, hint] = [...said.matchAll(/^mfad: (.+)\n {2}→ (.+)$/gm)].at(-1) ?? []
  const read = `read why: tail ${quoted(log)}`
  if (fact === undefined) return new AppError('daemon.not-started', 'the daemon did not start', read)
  return new AppError('daemon.not-started', `the daemon did not start: ${fact}`, hint ?? read)
}

function logFile({ environment }: Context): OwnFile {
  return {
    code: 'daemon.log-unusable',
    what: 'the log',
    path: detachedLog(environment),
    elsewhere: 'have it elsewhere with XDG_STATE_HOME',
  }
}

/** It starts in /, so the paths in its variables are made absolute. */
function spawnDaemon({ environment, files }: Context, log: number): ChildProcess {
  const [program = '', ...args] = ownArgv()
  const paths = {
    AWS_SHARED_CREDENTIALS_FILE: files.credentials,
    AWS_CONFIG_FILE: files.config,
    MFAD_CONFIG: files.settings,
    MFAD_SOCKET: files.socket,
  }
  const given = Object.entries(paths).filter(([name]) => environment[name])
  const env = {
    ...hardenedEnvironment(environment),
    ...Object.fromEntries(given),
    [backgroundVariable]: 'detached',
  }
  const child = spawn(program, args, { detached: true, cwd: '/', env, stdio: ['ignore', log, log] })
  closeSync(log)
  return child
}
