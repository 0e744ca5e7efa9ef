// Starts the service. Before and after, it checks for a daemon that was started by hand, which would keep the service's
// own from running.
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { ServicePlan } from '../../core/service/service-plan.ts'
import { logCommand } from '../../core/service/step-outcome.ts'
import { endDaemon } from '../../edges/own-process.ts'
import { awaitDaemon, daemonPid } from '../connection/connection.ts'
import type { Context } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'

export type Start<T> = {
  context: Context
  output: Output
  /** For hints: `mfad install`. */
  command: string
  plan: ServicePlan
  /** End a daemon that was started by hand. */
  replace: boolean
  /** Does the service manager say that the service is running? Throws daemon.*. */
  isServiceRunning(): Promise<boolean>
  /** Starts or restarts the service. `isKept`: it was running already, and was left alone. */
  start(): Promise<{ isKept: boolean } & T>
}

/**
 * Where another daemon has the socket, the service manager starts ours every 2 s, and each start ends within less than
 * this: what still runs after it has come to stay.
 */
const attemptMs = 1200

/** Returns once the service's own daemon answers. Throws daemon.other-running, daemon.not-started and what `start` does. */
export async function startService<T>(how: Start<T>): Promise<T> {
  const { context, output } = how
  const before = await daemonPid(context)
  const isOfService = before !== undefined && (await isLastingService(how))
  if (before !== undefined && !isOfService) {
    if (!how.replace) throw otherRunning(before, how.command)
    if (!(await endDaemon(before))) throw notEnded(before)
    output.note(`ended the daemon that was started by hand (pid ${before})`)
  }
  const report = await how.start()
  const status = await awaitDaemon(context, output, () => true, report.isKept ? undefined : before)
  if (status !== undefined) return report
  const now = await daemonPid(context)
  throw now === undefined || now !== before ? notStarted(how.plan) : otherRunning(now, how.command)
}

async function isLastingService({
  isServiceRunning,
}: Pick<Start<unknown>, 'isServiceRunning'>): Promise<boolean> {
  if (!(await isServiceRunning())) return false
  await setTimeout(attemptMs)
  return isServiceRunning()
}

function otherRunning(pid: number, command: string): AppError {
  return new AppError(
    'daemon.other-running',
    `a daemon that was started by hand is running (pid ${pid}), and the service cannot run beside it`,
    `have the service take its place: ${command} --replace`,
  )
}

function notEnded(pid: number): AppError {
  return new AppError(
    'daemon.other-running',
    `the daemon that was started by hand (pid ${pid}) could not be ended`,
    `look what it is: ps -fp ${pid}; in a container, end it there`,
  )
}

function notStarted({ status }: ServicePlan): AppError {
  return new AppError(
    'daemon.not-started',
    'the service was started, but the daemon does not answer',
    `read why: ${logCommand(status.argv)}`,
  )
}
