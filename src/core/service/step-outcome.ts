// What it means how a command of the service manager ended.

import { AppError } from '../errors.ts'
import type { Step } from './service-plan.ts'

/** `exitCode` is null if the command gave none; `detail` is then the reason (ENOENT, a time-out), else its stderr. */
export type StepOutcome = { exitCode: number | null; detail: string }

// systemctl, from systemd 219 on ("user scope bus" since 256), and launchctl without a graphical session.
const noManager = /connect to .*bus|D-Bus connection|could not find domain|domain does not support/i

/** There is no service manager here, or it cannot be reached. */
export function isManagerMissing({ exitCode, detail }: StepOutcome): boolean {
  return exitCode === null ? detail === 'ENOENT' : exitCode !== 0 && noManager.test(detail)
}

/** The error for a step that failed: `daemon.no-service-manager` or `daemon.service-failed`. */
export function stepError({ argv, why }: Step, outcome: StepOutcome): AppError {
  const reason = firstLine(outcome.detail) || `exit status ${outcome.exitCode}`
  if (isManagerMissing(outcome)) {
    return new AppError(
      'daemon.no-service-manager',
      `no service manager of this user can be reached (${argv[0]}: ${reason})`,
      'without a service: mfad daemon --detach',
    )
  }
  return new AppError(
    'daemon.service-failed',
    `cannot ${why} (${argv[0]}: ${reason})`,
    `see what the service says: ${logCommand(argv)}`,
  )
}

/** Where the service that such a command is about has its log. */
export function logCommand([program]: readonly string[]): string {
  return program === 'launchctl' ? 'tail ~/Library/Logs/mfad.log' : 'journalctl --user -u mfad'
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').replace(/\p{Cc}/gu, '').slice(0, 200)
}
