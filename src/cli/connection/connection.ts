// Talks to the daemon: finds its socket, refuses one that is not the user's own, and turns what goes wrong into a fact and
// a next step.
import { lstatSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import type { Status } from '../../core/wire.ts'
import { socketCandidates } from '../../edges/paths.ts'
import { checkSocketPath } from '../../edges/socket-path.ts'
import type { Output } from '../terminal/output.ts'
import { type Answer, request } from './client.ts'
import type { Context } from './context.ts'
import { restartHint, startCommand } from './start-command.ts'

export type Daemon = {
  status: Status
  /** Sends a request. Throws the daemon's own error, and daemon.*. */
  call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>
}

const statusLimitMs = 5000
const callLimitMs = 95_000
const startLimitMs = 10_000
const startStepMs = 50
const absentCodes: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'])

/**
 * Connects, asks for the status, and makes sure that the daemon uses the same files as this command line.
 * Throws daemon.not-running, daemon.unsafe-socket and settings.files-differ.
 */
export async function connectDaemon(context: Context, output: Output, ending?: AbortSignal): Promise<Daemon> {
  const paths = findSockets(context)
  const send = async (method: string, route: string, body: unknown, limitMs: number): Promise<Answer> => {
    for (;;) {
      try {
        return await request(paths[0] ?? '', method, route, body, limitMs, ending)
      } catch (error) {
        const isDead = absentCodes.has((error as NodeJS.ErrnoException).code)
        if (!isDead || paths.length === 1) throw connectionError(context, error)
        paths.shift()
      }
    }
  }
  const answer = await send('GET', '/v1/status', undefined, statusLimitMs)
  const status = unwrap<Status>(answer)
  checkSameFiles(context, status)
  noteVersion(context, answer.version, output)
  return {
    status,
    call: async <T>(method: string, route: string, body?: unknown) =>
      unwrap<T>(await send(method, route, body, callLimitMs)),
  }
}

/** Is this the error that says that no daemon runs? */
export function isNotRunning(error: unknown): boolean {
  return error instanceof AppError && error.code === 'daemon.not-running'
}

/** The daemon's status, or undefined where none runs. */
export async function findDaemon(
  context: Context,
  output: Output,
  ending?: AbortSignal,
): Promise<Status | undefined> {
  try {
    return (await connectDaemon(context, output, ending)).status
  } catch (error) {
    if (isNotRunning(error)) return undefined
    throw error
  }
}

/** Waits for a daemon that was just started, up to 10 s and as long as `isWorthWaiting`. */
export async function awaitDaemon(
  context: Context,
  output: Output,
  isWorthWaiting: () => boolean,
): Promise<Status | undefined> {
  const startedAt = Date.now()
  while (isWorthWaiting() && Date.now() - startedAt < startLimitMs) {
    const status = await findDaemon(context, output)
    if (status !== undefined) return status
    await new Promise((resolve) => setTimeout(resolve, startStepMs))
  }
  return undefined
}

/** The first that somebody listens at comes first; a socket that a killed daemon left is no reason to stop looking. */
function findSockets(context: Context): string[] {
  const uid = process.getuid?.() ?? -1
  checkSocketPath(context.files.socket)
  const candidates = socketCandidates(context.environment, context.files.socket, uid)
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

function connectionError(context: Context, error: unknown): AppError {
  const code = (error as NodeJS.ErrnoException).code
  if (absentCodes.has(code)) return notRunning(context)
  if (code === 'ETIMEDOUT') {
    return new AppError('daemon.no-answer', 'the daemon does not answer', restartHint(context), error)
  }
  return new AppError(
    'daemon.not-reachable',
    `the daemon closed the connection, or answered what cannot be read (${String(code ?? 'no JSON')})`,
    `try again; if it stays so, ${restartHint(context)}`,
    error,
  )
}

function notRunning(context: Context): AppError {
  return new AppError(
    'daemon.not-running',
    'the daemon is not running',
    `start it with: ${startCommand(context)}`,
  )
}

function unwrap<T>({ status, body }: Answer): T {
  if (status === 200) return body as T
  const { code, message, hint } = (body as { error?: Record<string, unknown> }).error ?? {}
  throw new AppError(
    String(code ?? 'internal.bug'),
    String(message ?? `the daemon answered HTTP ${status}`),
    String(hint ?? ''),
  )
}

/** A daemon started with other variables would renew another file than the one the user looks at. */
function checkSameFiles({ files }: Context, { files: daemonFiles }: Status): void {
  for (const file of ['credentials', 'config'] as const) {
    if (files[file] === daemonFiles[file]) continue
    throw new AppError(
      'settings.files-differ',
      `the daemon uses ${daemonFiles[file]}, but this command line means ${files[file]}`,
      `set the variable alike in both, then: mfad install (or restart mfad daemon); look at AWS_${file === 'config' ? 'CONFIG' : 'SHARED_CREDENTIALS'}_FILE`,
    )
  }
}

function noteVersion(context: Context, daemonVersion: string, output: Output): void {
  if (daemonVersion === MFAD_VERSION || daemonVersion === '') return
  output.printError({
    message: `the daemon has version ${daemonVersion}, this is ${MFAD_VERSION}`,
    hint: restartHint(context),
  })
}
