// Runs the steps of a service plan and asks the service manager how things stand.

import { AppError } from '../../core/errors.ts'
import type { ServicePlan, Step } from '../../core/service/service-plan.ts'
import { isManagerMissing, logCommand, type StepOutcome, stepError } from '../../core/service/step-outcome.ts'

export type StepDeps = {
  runCommand: (argv: readonly string[]) => Promise<StepOutcome>
  pause: (ms: number) => Promise<unknown>
}

const pauseMs = 1_000
/** Longer than the 15 s that the templates give the daemon to end. */
const stopAttempts = 20

/** Throws at the first step that fails, unless it may fail. */
export async function runSteps(steps: readonly Step[], deps: StepDeps): Promise<void> {
  for (const step of steps) {
    const outcome = await runStep(step, deps)
    if (outcome.exitCode !== 0 && !step.mayFail) throw stepError(step, outcome)
  }
}

/** Runs every step, whatever fails: for cleaning up after a failure, and after a removal. */
export async function tryAllSteps(steps: readonly Step[], deps: StepDeps): Promise<void> {
  for (const step of steps) await runStep(step, deps)
}

/** Throws `daemon.no-service-manager` if nobody can say. */
export async function isRunning({ status }: ServicePlan, deps: StepDeps): Promise<boolean> {
  const outcome = await deps.runCommand(status.argv)
  if (outcome.exitCode === null || isManagerMissing(outcome)) throw stepError(status, outcome)
  return outcome.exitCode === 0
}

/** Where there is no service manager, nothing is running, so that the files can still be removed. */
export async function isRunningIfAnyone({ status }: ServicePlan, deps: StepDeps): Promise<boolean> {
  const outcome = await deps.runCommand(status.argv)
  if (outcome.exitCode === null && !isManagerMissing(outcome)) throw stepError(status, outcome)
  return outcome.exitCode === 0
}

/** launchd, unlike systemd, answers before the service has ended. */
export async function waitUntilStopped(plan: ServicePlan, deps: StepDeps): Promise<void> {
  for (let attempt = 1; attempt <= stopAttempts; attempt++) {
    if (!(await isRunningIfAnyone(plan, deps))) return
    await deps.pause(pauseMs)
  }
  throw new AppError(
    'daemon.service-failed',
    `${plan.title} does not stop`,
    `see what it says: ${logCommand(plan.status.argv)}`,
  )
}

async function runStep({ argv, attempts = 1 }: Step, deps: StepDeps): Promise<StepOutcome> {
  let outcome = await deps.runCommand(argv)
  for (let attempt = 2; attempt <= attempts && outcome.exitCode !== 0; attempt++) {
    await deps.pause(pauseMs)
    outcome = await deps.runCommand(argv)
  }
  return outcome
}
