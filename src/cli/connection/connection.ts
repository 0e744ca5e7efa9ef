// Talks to the daemon: finds its socket, refuses one that is not the user's own, and turns what goes wrong into a fact and
// a next step.
import { lstatSync } from 'node:fs'
import { AppError, type ErrorBody } from '../../core/errors.ts'
import { quoted } from '../../core/text/quoted.ts'
import type { Status } from '../../core/wire.ts'
import { forwardedSocket, isDefaultSocket, isForwarded, socketCandidates } from '../../edges/paths.ts'
import { checkSocketPath } from '../../edges/socket-path.ts'
import type { Output } from '../terminal/output.ts'
import { isUsable } from './answers.ts'
import { type Answer, request } from './client.ts'
import { type Context, loadContext } from './context.ts'
import {
  missingProgram,
  programMissing,
  restartHint,
  startAgain,
  startCommand,
  updateHint,
} from './start-command.ts'

export type Daemon = {
  status: Status
  /** Sends a request, and waits up to `limitMs` for its answer. Throws the daemon's own error, and daemon.*. */
  call<T>(method: 'GET' | 'POST', path: string, body?: unknown, limitMs?: number): Promise<T>
}

const statusLimitMs = 5000
const callLimitMs = 95_000
const startLimitMs = 10_000
const startStepMs = 50
const filesDiffer = 'settings.files-differ'
const absentCodes: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'])
const unansweredCodes: ReadonlySet<unknown> = new Set(['ETIMEDOUT', 'EAGAIN', 'ECONNRESET', 'EPIPE'])

/**
 * Connects, asks for the status, and makes sure that the daemon uses the same files as this command line.
 * Throws daemon.not-running, daemon.unsafe-socket and settings.*.
 */
export async function connectDaemon(context: Context, output: Output, ending?: AbortSignal): Promise<Daemon> {
  try {
    return await connect(context, output, ending)
  } catch (error) {
    // Without a daemon, which would still have its last good settings, the broken ones are what is to be mended first; the
    // same where the daemon uses other files.
    const isOfSettings = isNotRunning(error) || (error instanceof AppError && error.code === filesDiffer)
    throw isOfSettings ? (context.problem ?? error) : error
  }
}

/** The same, and never a daemon that ssh forwards: for what goes on with files of this computer. */
export function connectOwnDaemon(context: Context, output: Output): Promise<Daemon> {
  return connect(context, output, undefined, 'here')
}

async function connect(
  context: Context,
  output: Output,
  ending?: AbortSignal,
  where: Where = 'anywhere',
): Promise<Daemon> {
  const { status, version, send, socket } = await ask(context, ending, where)
  if (isForwarded(socket))
    output.note(`this is the daemon at the other end of ssh, with ${status.files.credentials} there`)
  else checkSameFiles(context, status)
  noteVersion(context, version, output)
  return {
    status,
    call: async <T>(method: string, route: string, body?: unknown, limitMs = callLimitMs) => {
      if (method !== 'GET') noteProblem(context, output)
      return (await send<T>(method, route, body, limitMs)).body
    },
  }
}

/**
 * Makes sense of what came of a request that at-once.ts has sent to the socket `path`: an answer, or Node's error. Throws the daemon's
 * own error, and daemon.*.
 */
export async function readAnswer<T>(
  environment: Context['environment'],
  output: Output,
  route: string,
  path: string,
  answer: Answer | Error,
): Promise<T> {
  const context = await loadContext(environment)
  if (answer instanceof Error) throw connectionError(context, path, answer)
  const body = unwrap<T>(answer, route, path, context)
  noteVersion(context, answer.version, output)
  return body
}

type Send = <T>(
  method: string,
  route: string,
  body: unknown,
  limitMs: number,
) => Promise<{ version: string; body: T }>

/** A daemon that ssh forwards is asked for what is to be done there, and never for what is to be started or ended here. */
type Where = 'anywhere' | 'here'

async function ask(
  context: Context,
  ending: AbortSignal | undefined,
  where: Where,
): Promise<{ status: Status; version: string; send: Send; socket: string }> {
  const paths = findSockets(context, where)
  const send = createSend(context, paths, ending)
  const { version, body: status } = await send<Status>('GET', '/v1/status', undefined, statusLimitMs)
  return { status, version, send, socket: paths[0] ?? '' }
}

/** Takes those paths out of the list at which nobody answers. */
function createSend(context: Context, paths: string[], ending?: AbortSignal): Send {
  return async <T>(method: string, route: string, body: unknown, limitMs: number) => {
    for (;;) {
      const [path = ''] = paths
      try {
        const answer = await request(path, method, route, body, limitMs, ending)
        return { version: answer.version, body: unwrap<T>(answer, route, path, context) }
      } catch (error) {
        if (error instanceof AppError) throw error
        const isDead = absentCodes.has((error as NodeJS.ErrnoException).code)
        if (!isDead || paths.length === 1) throw connectionError(context, path, error)
        paths.shift()
      }
    }
  }
}

/** The process of whatever daemon answers, also of one that uses other files; undefined where none can be asked. */
export async function daemonPid(context: Context): Promise<number | undefined> {
  return (await daemonStatus(context))?.daemon?.pid
}

/** The status of whatever daemon answers; undefined where none can be asked. */
export async function daemonStatus(context: Context): Promise<Status | undefined> {
  try {
    return (await ask(context, undefined, 'here')).status
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** Is this the error that says that no daemon runs? */
export function isNotRunning(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'daemon.not-running'
}

/** The daemon's status, or undefined where none runs. */
export async function findDaemon(context: Context, output: Output): Promise<Status | undefined> {
  try {
    return (await connectOwnDaemon(context, output)).status
  } catch (error) {
    if (isNotRunning(error)) return undefined
    throw error
  }
}

/**
 * Waits until a daemon answers that is another process than `formerPid`: up to 10 s, and only while `isWorthWaiting`.
 * Answers undefined where none came.
 */
export async function awaitDaemon(
  context: Context,
  output: Output,
  isWorthWaiting: () => boolean,
  formerPid?: number,
): Promise<Status | undefined> {
  const startedAt = Date.now()
  while (isWorthWaiting() && Date.now() - startedAt < startLimitMs) {
    const pid = await daemonPid(context)
    if (pid !== undefined && pid !== formerPid) return findDaemon(context, output)
    await new Promise((resolve) => setTimeout(resolve, startStepMs))
  }
  return undefined
}

/** All sockets that are there, the best first: where a killed daemon has left one behind, the next one is tried. */
function findSockets(context: Context, where: Where): string[] {
  const uid = process.getuid?.() ?? -1
  checkSocketPath(context.files.socket)
  const own = socketCandidates(context.environment, context.files.socket, uid)
  const isDefault = isDefaultSocket(context.environment, context.files.socket)
  const candidates =
    where === 'anywhere' && isDefault ? [...own, forwardedSocket(context.environment, uid)] : own
  const paths = candidates.filter((candidate) => isSocketOf(candidate, uid))
  if (paths.length === 0) throw notRunning(context)
  return paths
}

/** Throws daemon.unsafe-socket for another user's. */
function isSocketOf(path: string, uid: number): boolean {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (!stat?.isSocket()) return false
    if (stat.uid === uid) return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR') return false
    throw new AppError(
      'daemon.unsafe-socket',
      `the socket ${path} cannot be looked at`,
      'is XDG_RUNTIME_DIR that of another user? unset it, or set MFAD_SOCKET',
      cause,
    )
  }
  throw new AppError(
    'daemon.unsafe-socket',
    `the socket ${path} belongs to another user`,
    'choose another one with MFAD_SOCKET',
  )
}

function connectionError(context: Context, path: string, error: unknown): AppError {
  const code = (error as NodeJS.ErrnoException).code
  if (absentCodes.has(code)) return notRunning(context)
  const missing = missingProgram(context)
  // systemd still listens there, and cannot start the daemon.
  if (missing !== undefined && unansweredCodes.has(code))
    return programMissing(missing, 'the daemon does not answer, and its service cannot start it')
  // EAGAIN: the queue of those who wait for the daemon is full.
  if (code === 'ETIMEDOUT' || code === 'EAGAIN') {
    return new AppError('daemon.no-answer', 'the daemon does not answer', restartHint(context), error)
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new AppError(
      'daemon.unsafe-socket',
      `the socket ${path} cannot be used: permission denied`,
      `look at it with: ls -l ${quoted(path)}; if it stays so, ${restartHint(context)}`,
      error,
    )
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return new AppError(
      'daemon.not-reachable',
      'the daemon closed the connection before it had answered',
      `try again; if it stays so, ${restartHint(context)}`,
      error,
    )
  }
  return strangeAnswer(path, error)
}

/** For an answer that is not HTTP with JSON, or has no mfad-version header. */
function strangeAnswer(path: string, cause?: unknown): AppError {
  return new AppError(
    'daemon.not-reachable',
    `what answers at ${path} is not mfad`,
    `see who listens there: lsof ${quoted(path)}; or choose another socket with MFAD_SOCKET`,
    cause,
  )
}

function notRunning(context: Context): AppError {
  const missing = missingProgram(context)
  if (missing !== undefined)
    return programMissing(missing, 'the daemon is not running, and its service cannot start it')
  return new AppError(
    'daemon.not-running',
    'the daemon is not running',
    `start it with: ${startCommand(context)}`,
  )
}

function unwrap<T>({ status, version, body }: Answer, route: string, path: string, context: Context): T {
  if (isUsable(route, status, body)) {
    if (status === 200) return body as T
    const { code, message, hint } = (body as { error: ErrorBody }).error
    throw new AppError(code, message, hint)
  }
  if (version === MFAD_VERSION) throw strangeAnswer(path)
  throw new AppError(
    'daemon.not-reachable',
    `the daemon has version ${version}, and this is ${MFAD_VERSION}, which cannot read its answer`,
    updateHint(context),
  )
}

const fileVariables = { credentials: 'AWS_SHARED_CREDENTIALS_FILE', config: 'AWS_CONFIG_FILE' }

/** A daemon started with other variables would renew another file than the one the user looks at. */
function checkSameFiles(context: Context, { files: daemonFiles, daemon }: Status): void {
  const { files } = context
  for (const file of ['credentials', 'config'] as const) {
    if (files[file] === daemonFiles[file]) continue
    throw new AppError(
      filesDiffer,
      `the daemon uses ${daemonFiles[file]}, but this command line means ${files[file]}`,
      `to have the daemon use this one: ${startAgain(context, daemon?.pid ?? 0)}; to use the daemon's here: export ${fileVariables[file]}=${quoted(daemonFiles[file])}`,
    )
  }
}

function noteVersion(context: Context, daemonVersion: string, output: Output): void {
  if (daemonVersion === MFAD_VERSION) return
  output.printError({
    message: `the daemon has version ${daemonVersion}, this is ${MFAD_VERSION}`,
    hint: updateHint(context),
  })
}

/**
 * Said before a request that changes something, since the daemon carries it out with other settings than the file now
 * holds. (`status` has a warning of its own.)
 */
function noteProblem({ problem }: Context, output: Output): void {
  if (problem === undefined) return
  output.printError({
    message: `${problem.message}; the daemon goes on with the settings it had`,
    hint: problem.hint,
  })
}
