// Why a daemon ends: a signal, another daemon that has its socket or its credentials file, or its own files, which an upgrade has
// replaced.
import { existsSync } from 'node:fs'
import { AppError } from '../core/errors.ts'
import { restartExitCode } from '../core/service/background.ts'
import type { DaemonNote } from '../core/service/one-daemon.ts'

export type Reason = { why: string; exitCode: number }

export type StopDeps = {
  /** Resolves with a signal's name; see firstSignal. */
  signalled: Promise<string>
  socketPath: string
  isSocketOurs(): boolean
  /** The daemon that this one leaves its credentials file to. */
  leavesTo(): DaemonNote | undefined
  /** Would a service manager start the daemon anew, and from other files? */
  isReplaced(): boolean
  isIdle(): boolean
  raceCheckMs?: number
  checkMs?: number
}

/**
 * Two daemons that start at the same moment both find no socket there. After this long, the one whose socket the other has
 * replaced sees that, and ends.
 */
const raceCheckMs = 1000
const checkMs = 60_000

/**
 * Resolves with the name of the signal that is to end the process; also when the process that passes signals on to us, where
 * there is one, has died, see foreground.ts. At a terminal its end sends SIGHUP; in the background it is a wish to look at
 * the files.
 */
export function firstSignal(isInBackground: boolean): Promise<string> {
  const signals = ['SIGTERM', 'SIGINT', ...(isInBackground ? [] : ['SIGHUP' as const])] as const
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve(signal))
    process.once('disconnect', () => resolve('the process that started it was killed'))
    process.channel?.unref()
  })
}

/** Rejects when the socket is gone. */
export function reasonToStop(deps: StopDeps): Promise<Reason> {
  let timers: NodeJS.Timeout[] = []
  const reason = new Promise<Reason>((resolve, reject) => {
    deps.signalled.then((why) => resolve({ why, exitCode: 0 }), reject)
    const check = () => {
      try {
        const found = lookForReason(deps)
        if (found !== undefined) resolve(found)
      } catch (error) {
        reject(error)
      }
    }
    timers = [setTimeout(check, deps.raceCheckMs ?? raceCheckMs), setInterval(check, deps.checkMs ?? checkMs)]
  })
  return reason.finally(() => timers.forEach(clearInterval))
}

function lookForReason(deps: StopDeps): Reason | undefined {
  const { socketPath, isSocketOurs, leavesTo, isReplaced, isIdle } = deps
  if (isSocketOurs()) {
    const other = leavesTo()
    if (other !== undefined)
      return {
        why: `another daemon (pid ${other.pid}, socket ${other.socket}) has the same credentials file`,
        exitCode: 0,
      }
    // Asked each time: it compares with the time before.
    const isOther = isReplaced()
    return isOther && isIdle()
      ? {
          why: 'its files have been replaced; it is to be started from the new ones',
          exitCode: restartExitCode,
        }
      : undefined
  }
  if (existsSync(socketPath)) return { why: 'another daemon has the socket', exitCode: 0 }
  throw new AppError(
    'daemon.socket-lost',
    `the socket ${socketPath} was removed`,
    'start the daemon again: mfad daemon',
  )
}
