// Carries out a service plan: installs, restarts and removes the user's service. Each can be repeated.

import { AppError } from '../../core/errors.ts'
import type { ServicePlan } from '../../core/service/service-plan.ts'
import {
  isPresent,
  readServiceFile,
  removeEmptyDirectories,
  removeFile,
  type ServiceFileSystem,
  type TextFile,
  writeServiceFile,
} from './files.ts'
import {
  isRunning,
  isRunningIfAnyone,
  runSteps,
  type StepDeps,
  tryAllSteps,
  waitUntilStopped,
} from './steps.ts'

/** `lines` say what was done, for people; `changed` is false if all was so before. */
export type InstallReport = { changed: boolean; lines: string[] }
type UninstallReport = { changed: boolean; lines: string[] }

export type ServiceRunner = {
  install(plan: ServicePlan): Promise<InstallReport>
  uninstall(plan: ServicePlan): Promise<UninstallReport>
  restart(plan: ServicePlan): Promise<void>
  /** Throws daemon.not-installed. */
  requireInstalled(plan: ServicePlan): void
  /** Throws daemon.* where no service manager can say. */
  isRunning(plan: ServicePlan): Promise<boolean>
}

export type ServiceRunnerDeps = StepDeps & { fs: ServiceFileSystem }

/** Errors: `daemon.no-service-manager`, `daemon.service-failed`, `daemon.not-installed`, and `file.*`. */
export function createServiceRunner(deps: ServiceRunnerDeps): ServiceRunner {
  return {
    install: (plan) => install(plan, deps),
    uninstall: (plan) => uninstall(plan, deps),
    restart: (plan) => restart(plan, deps),
    requireInstalled: (plan) => requireInstalled(plan, deps),
    isRunning: (plan) => isRunning(plan, deps),
  }
}

/** A failure leaves the files, and the service if there was one, as they were. */
async function install(plan: ServicePlan, deps: ServiceRunnerDeps): Promise<InstallReport> {
  const wasRunning = await isRunning(plan, deps)
  const changes = differingFiles(deps.fs, plan.files)
  if (changes.length === 0 && wasRunning) {
    await runSteps(plan.enable, deps)
    return { changed: false, lines: [`${plan.title} is installed and running`] }
  }
  try {
    for (const { file } of changes) await writeServiceFile(deps.fs, file)
    await runSteps([...plan.enable, ...plan.start], deps)
  } catch (error) {
    await undo(plan, changes, wasRunning, deps)
    throw error
  }
  return { changed: true, lines: installLines(plan, changes, wasRunning) }
}

async function uninstall(plan: ServicePlan, deps: ServiceRunnerDeps): Promise<UninstallReport> {
  const wasRunning = await isRunningIfAnyone(plan, deps)
  const present = presentPaths(deps.fs, [...plan.files.map(({ path }) => path), ...plan.leftovers])
  if (!wasRunning && present.length === 0) {
    return { changed: false, lines: [`${plan.title} is not installed`] }
  }
  await runSteps(plan.stop, deps)
  await waitUntilStopped(plan, deps)
  await removeTraces(plan, deps)
  const stopped = wasRunning ? [`stopped ${plan.title}`] : []
  return { changed: true, lines: [...stopped, ...present.map((path) => `removed ${path}`)] }
}

async function restart(plan: ServicePlan, deps: ServiceRunnerDeps): Promise<void> {
  requireInstalled(plan, deps)
  await runSteps(plan.restart, deps)
}

function requireInstalled(plan: ServicePlan, deps: ServiceRunnerDeps): void {
  // A former version has written fewer files.
  if (presentPaths(deps.fs, [plan.files[0]?.path ?? '']).length === 0) {
    throw new AppError('daemon.not-installed', `${plan.title} is not installed`, 'mfad install')
  }
}

type FileChange = { file: TextFile; previous: TextFile | undefined }

function differingFiles(fs: ServiceFileSystem, files: readonly TextFile[]): FileChange[] {
  return files
    .map((file) => ({ file, previous: readServiceFile(fs, file.path) }))
    .filter(({ file, previous }) => previous?.content !== file.content || previous.mode !== file.mode)
}

function installLines(plan: ServicePlan, changes: readonly FileChange[], wasRunning: boolean): string[] {
  return [
    ...changes.map(({ file, previous }) => `${previous === undefined ? 'wrote' : 'replaced'} ${file.path}`),
    `${wasRunning ? 'restarted' : 'started'} ${plan.title}, which from now on starts at each login`,
  ]
}

async function undo(
  plan: ServicePlan,
  changes: readonly FileChange[],
  wasRunning: boolean,
  deps: ServiceRunnerDeps,
): Promise<void> {
  const added = changes.filter(({ previous }) => previous === undefined)
  if (added.length === plan.files.length) {
    await tryAllSteps(plan.stop, deps)
    await removeTraces(plan, deps)
    return
  }
  // A former version had fewer files.
  if (added.length > 0) await tryAllSteps(plan.stop, deps)
  for (const { file } of added) removeFile(deps.fs, file.path)
  const replaced = differingFiles(
    deps.fs,
    changes.flatMap(({ previous }) => previous ?? []),
  )
  if (replaced.length === 0 && added.length === 0) return
  for (const { file } of replaced) await writeServiceFile(deps.fs, file)
  await tryAllSteps([...plan.enable, ...(wasRunning ? plan.start : [])], deps)
}

async function removeTraces(plan: ServicePlan, deps: ServiceRunnerDeps): Promise<void> {
  for (const path of [...plan.files.map((file) => file.path), ...plan.leftovers]) removeFile(deps.fs, path)
  await tryAllSteps(plan.forget, deps)
  removeEmptyDirectories(deps.fs, plan.directories)
}

function presentPaths(fs: ServiceFileSystem, paths: readonly string[]): string[] {
  return paths.filter((path) => isPresent(fs, path))
}
