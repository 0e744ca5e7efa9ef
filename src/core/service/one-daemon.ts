// Two daemons on one credentials file would remind twice, and each would take what the other writes for another program's edit. So
// one of them leaves it to the other: the service stays, else the one that was there first.
import { AppError } from '../errors.ts'
import { printable } from '../text/printable.ts'
import { quoted } from '../text/quoted.ts'

export type DaemonNote = {
  pid: number
  /** Where the credentials file really is. */
  credentials: string
  socket: string
  /** Does a service manager run it? */
  isService: boolean
  /** When it was started, in ticks of the system; undefined where the system does not tell. Then the note may be that of a process
   * long gone, whose number another one has now. */
  startedAt?: string
}

/** The one that this daemon leaves the file to. `others`: those that have the same file. */
export function leavesTo(own: DaemonNote, others: readonly DaemonNote[]): DaemonNote | undefined {
  return others.find((other) => {
    if (other.startedAt === undefined || own.startedAt === undefined) return false
    if (other.isService !== own.isService) return other.isService
    const [there, here] = [Number(other.startedAt), Number(own.startedAt)]
    return there === here ? other.pid < own.pid : there < here
  })
}

export function alreadyRunning({ pid, socket, credentials }: DaemonNote): AppError {
  return new AppError(
    'daemon.already-running',
    `a daemon is already running for ${printable(credentials, 400)} (pid ${pid}), at ${printable(socket, 400)}`,
    `to use it here: export MFAD_SOCKET=${quoted(socket)}; or end it: kill ${pid}`,
  )
}
