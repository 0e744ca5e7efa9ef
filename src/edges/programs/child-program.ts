// Runs a program until it ends, its time is over, or it is withdrawn, and what it has started with it.
import type { Environment } from '../paths.ts'
import { collect, drainMs, signalGroup, startProgram } from './started-program.ts'

export type ProgramEnd = {
  /** Null where it did not start, or was ended by a signal. */
  exitCode: number | null
  /** Cut at 64 KiB. */
  stdout: string
  /** Cut at 4 KiB; why it did not start. */
  stderr: string
}

type Options = {
  environment: Environment
  limitMs?: number
  /** Aborting it ends the program, by `endSignal` first. */
  withdraw?: AbortSignal | undefined
  endSignal?: NodeJS.Signals
}

const mostOutputBytes = 64 * 1024
const mostComplaintBytes = 4096
const killAfterMs = 1000
const failsWithinMs = 300

/** Never rejects: how a program ended is data. */
export function runProgram(program: string, args: readonly string[], options: Options): Promise<ProgramEnd> {
  const { environment, limitMs, withdraw, endSignal = 'SIGTERM' } = options
  if (withdraw?.aborted) return Promise.resolve({ exitCode: null, stdout: '', stderr: '' })
  const started = startProgram(program, args, environment)
  if (started === undefined) {
    const stderr = `${program}: could not be started`
    return Promise.resolve({ exitCode: null, stdout: '', stderr })
  }
  const { child } = started
  return new Promise((resolve) => {
    const stdout = collect(started.stdout, mostOutputBytes)
    const stderr = collect(started.stderr, mostComplaintBytes)
    const timers: NodeJS.Timeout[] = []
    const end = () => {
      signalGroup(child.pid, endSignal)
      timers.push(setTimeout(signalGroup, killAfterMs, child.pid, 'SIGKILL'))
    }
    const finish = (exitCode: number | null, problem = '') => {
      timers.forEach(clearTimeout)
      withdraw?.removeEventListener('abort', end)
      started.stdout.destroy()
      started.stderr.destroy()
      resolve({ exitCode, stdout: stdout(), stderr: problem || stderr() })
    }
    child.on('error', (error: NodeJS.ErrnoException) => finish(null, `${program}: ${error.code}`))
    child.on('exit', (exitCode) => timers.push(setTimeout(finish, drainMs, exitCode)))
    child.on('close', (exitCode) => finish(exitCode))
    if (limitMs !== undefined) timers.push(setTimeout(signalGroup, limitMs, child.pid, 'SIGKILL'))
    withdraw?.addEventListener('abort', end)
  })
}

/**
 * A program that shows something until it is answered says nothing when it is shown, but fails soon where it cannot.
 * Resolves when it has run long enough, or has ended well; rejects where it failed before.
 */
export async function untilShown(running: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const longEnough = new Promise((resolve) => {
    timer = setTimeout(resolve, failsWithinMs)
  })
  try {
    await Promise.race([running, longEnough])
  } finally {
    clearTimeout(timer)
  }
}
