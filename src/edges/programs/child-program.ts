// The one way in which mfad runs another program: by its argv, with limits on its time and its output, until it ends
// or is ended. How it ended is part of the result, never an exception.
import type { CommandEnd } from '../../core/login/command-result.ts'
import type { Environment } from '../paths.ts'
import { collect, type StartedProgram, signalProgram, startProgram } from './started-program.ts'

export type ProgramResult = {
  end: CommandEnd
  /** Of a program that exited by itself, else null: for callers who only ask whether it worked. */
  exitCode: number | null
  /** Cut at `mostOutputBytes`. */
  stdout: string
  /** Cut at 4 KiB; for a program that did not start, why. */
  stderr: string
}

export type ProgramOptions = {
  environment: Environment
  /** Written to its standard input, which is empty without it. */
  input?: string
  /** After this long it is killed; without it, it may run for ever. */
  limitMs?: number
  /** Aborting it ends the program: by `endSignal`, and a second later by SIGKILL. */
  stop?: AbortSignal | undefined
  endSignal?: NodeJS.Signals
  /** 64 KiB unless given. */
  mostOutputBytes?: number
  /** When it prints more than that: the rest is thrown away, or it is killed. */
  tooMuchOutput?: 'cut' | 'kill'
  /**
   * `own`: our signals also reach what it has started, and a Ctrl-C on our terminal reaches none of it. `own, ends with
   * it`: what it leaves in the background is killed when it exits. `shared`: a Ctrl-C reaches it as it reaches us.
   */
  processGroup?: 'own' | 'own, ends with it' | 'shared'
}

const mostOutputBytes = 64 * 1024
const mostComplaintBytes = 4096
const killAfterMs = 1000
/**
 * How long to wait for the end of the output: a program in the background may hold it open. What was printed has come by
 * then.
 */
const drainMs = 200
const failsWithinMs = 300

/** Never rejects. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  if (options.stop?.aborted) return Promise.resolve(resultOf({ kind: 'stopped' }))
  const { environment, input, processGroup } = options
  const started = startProgram(program, args, environment, processGroup !== 'shared', input)
  return started === undefined ? Promise.resolve(notStarted(program)) : untilEnded(program, started, options)
}

function untilEnded(
  program: string,
  { child, ...streams }: StartedProgram,
  { limitMs, stop, endSignal = 'SIGTERM', tooMuchOutput, processGroup, ...options }: ProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const timers: NodeJS.Timeout[] = []
    /** The first reason why it ends; later ones do not count. */
    let end: CommandEnd | undefined
    const after = (ms: number, act: () => void) => timers.push(setTimeout(act, ms))
    const signal = (name: NodeJS.Signals) => signalProgram(child, name, processGroup !== 'shared')
    const finish = (result: ProgramResult) => {
      timers.forEach(clearTimeout)
      stop?.removeEventListener('abort', onStop)
      streams.stdout.destroy()
      streams.stderr.destroy()
      resolve(result)
    }
    const finishWithOutput = () => {
      if (end !== undefined) finish(resultOf(end, stdout(), stderr()))
    }
    const kill = () => {
      signal('SIGKILL')
      after(drainMs, finishWithOutput)
    }
    const endBecause = (reason: CommandEnd, firstSignal: NodeJS.Signals) => {
      if (end !== undefined) return
      end = reason
      if (firstSignal === 'SIGKILL') return kill()
      signal(firstSignal)
      after(killAfterMs, kill)
    }
    const onStop = () => endBecause({ kind: 'stopped' }, endSignal)
    const stdout = collect(streams.stdout, options.mostOutputBytes ?? mostOutputBytes, () => {
      if (tooMuchOutput === 'kill') endBecause({ kind: 'too-long' }, 'SIGKILL')
    })
    const stderr = collect(streams.stderr, mostComplaintBytes)
    child.on('error', ({ code }: NodeJS.ErrnoException) => finish(notStarted(program, code)))
    child.on('exit', (exitCode, name) => {
      end ??= exitCode === null ? { kind: 'signalled', signal: String(name) } : { kind: 'exited', exitCode }
      if (processGroup === 'own, ends with it') signal('SIGKILL')
      after(drainMs, finishWithOutput)
    })
    child.on('close', finishWithOutput)
    if (limitMs !== undefined) after(limitMs, () => endBecause({ kind: 'timed-out' }, 'SIGKILL'))
    stop?.addEventListener('abort', onStop)
  })
}

/**
 * A program that shows something and waits for an answer does not say when it is shown; but where it cannot show it, it
 * fails soon. Resolves when it has run for a moment, or has ended well; rejects where it failed before.
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

function notStarted(program: string, code?: string): ProgramResult {
  const end: CommandEnd = { kind: 'not-started', ...(code === undefined ? {} : { reason: code }) }
  return resultOf(end, '', `${program}: ${code ?? 'could not be started'}`)
}

function resultOf(end: CommandEnd, stdout = '', stderr = ''): ProgramResult {
  return { end, exitCode: end.kind === 'exited' ? end.exitCode : null, stdout, stderr }
}
