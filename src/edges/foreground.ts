// Has another program take the place of this process: Node reads its flags, and some variables, only when it starts.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { AppError } from '../core/errors.ts'

const forwarded: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']

/**
 * Runs a program as if it had been started instead of this process; answers its exit code. Where Node can replace the
 * process (22.15, 23.11 and later) it does so and never answers; before, the program is a child, and signals, a stop by
 * Ctrl-Z and the end of either are passed on.
 */
export function runInPlace(argv: readonly string[], environment: Record<string, string>): Promise<number> {
  const { execve } = process as { execve?: (file: string, argv: readonly string[], env: object) => never }
  execve?.call(process, argv[0] ?? '', argv, environment)
  closeDebugger()
  return runAsChild(argv, environment)
}

const lateDebuggerMs = 1000
const lookMs = 20

/**
 * This process stays, and may have a debugger: by NODE_OPTIONS, or by a SIGUSR1 that came before it was handled. The latter
 * is opened in another thread, a moment later.
 */
function closeDebugger(): void {
  // Loaded where it is needed only: the daemon itself has this file in its bundle, too.
  const inspector = process.getBuiltinModule('node:inspector')
  const close = () => {
    if (inspector.url() !== undefined) inspector.close()
  }
  close()
  const timer = setInterval(close, lookMs).unref()
  setTimeout(() => clearInterval(timer), lateDebuggerMs).unref()
}

function runAsChild(
  [program = '', ...args]: readonly string[],
  environment: Record<string, string>,
): Promise<number> {
  // In a session of its own, or a Ctrl-C would reach it twice. The channel tells it when this process is killed.
  const child = spawn(program, args, {
    env: environment,
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  const stopPassingOn = passSignalsOn(child)
  return new Promise<number>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(
        new AppError(
          'daemon.not-started',
          'the daemon could not be started in a process of its own',
          `look whether it can be run: ${program}`,
          cause,
        ),
      ),
    )
    child.once('exit', (exitCode, signal) =>
      resolve(exitCode ?? 128 + constants.signals[signal ?? 'SIGKILL']),
    )
  }).finally(stopPassingOn)
}

function passSignalsOn(child: ChildProcess): () => void {
  const listeners: [NodeJS.Signals, () => void][] = forwarded.map((signal) => [
    signal,
    () => child.kill(signal),
  ])
  listeners.push([
    'SIGTSTP',
    () => {
      child.kill('SIGSTOP')
      process.kill(process.pid, 'SIGSTOP')
    },
  ])
  listeners.push(['SIGCONT', () => child.kill('SIGCONT')])
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}
