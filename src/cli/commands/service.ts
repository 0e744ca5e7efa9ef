// `mfad install`, `uninstall` and `restart`: the user service.
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import { endpointWarnings } from '../../core/service/endpoints.ts'
import { planService } from '../../core/service/plan-service.ts'
import { searchPath } from '../../core/service/search-path.ts'
import { type ServicePlan, serviceEnvironment } from '../../core/service/service-plan.ts'
import { refuseForeignFiles } from '../../edges/foreign-home.ts'
import { homeDirectory, isDefaultSocket } from '../../edges/paths.ts'
import { runServiceCommand } from '../../edges/service/command.ts'
import { isOwnDirectory, lastingPath } from '../../edges/service/places.ts'
import { createServiceRunner, type ServiceRunner } from '../../edges/service/runner.ts'
import { shippedFile } from '../../edges/shipped-file.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import { daemonPid } from '../connection/connection.ts'
import { type Context, loadContext, loadSoundContext } from '../connection/context.ts'
import {
  installedService,
  missingProgram,
  programMissing,
  startAgain,
  startCommand,
} from '../connection/start-command.ts'
import type { Output } from '../terminal/output.ts'
import { startService } from './start-service.ts'
import { endSessions } from './uninstall-sessions.ts'

export async function runInstall({ values, environment, output }: Invocation): Promise<number> {
  const context = await loadSoundContext(environment)
  if (values['dry-run'] === true) {
    const plan = currentPlan(context, serviceVariables(environment))
    for (const { path, redactedContent } of plan.files) output.print(`# ${path}\n${redactedContent}`)
    for (const { argv } of [...plan.enable, ...plan.start]) output.print(`$ ${argv.join(' ')}`)
    return 0
  }
  await installService(context, output, values.replace === true)
  output.note('→ next: mfad setup, or look around: mfad status')
  return 0
}

/** Returns when the service's daemon answers, having said what was done. */
export async function installService(context: Context, output: Output, replace: boolean): Promise<void> {
  const { environment } = context
  const plan = currentPlan(context, serviceVariables(environment))
  refuseForeignFiles(environment, context.files, userId())
  const { lines } = await startService({
    ...startOf(plan, context, output, replace),
    command: 'mfad install',
    async start() {
      const { changed, lines } = await runner().install(plan)
      return { isKept: !changed, lines }
    },
  })
  const copied = [...plan.variables].map(([name, value]) => `the service gets ${name}=${value}`)
  output.print([...lines, ...copied].join('\n'))
  for (const { message, hint } of endpointWarnings(environment, 'mfad install'))
    output.note(`warning: ${message}\n  → ${hint}`)
}

export async function runUninstall(invocation: Invocation): Promise<number> {
  const { values, environment, output } = invocation
  const context = await loadContext(environment)
  const isInstalled = installedService(context) !== undefined
  // While there is still a daemon that can.
  const ended = isInstalled || values.logout === true ? await endSessions(invocation) : []
  const { lines } = await runner().uninstall(currentPlan(context, new Map()))
  output.print([...ended, ...lines].join('\n'))
  const pid = isInstalled ? undefined : await daemonPid(context)
  if (pid !== undefined)
    output.note(`a daemon that was started by hand is running\n  → to end it, too: kill ${pid}`)
  return 0
}

export async function runRestart({ values, environment, output }: Invocation): Promise<number> {
  const context = await loadSoundContext(environment)
  const plan = currentPlan(context, new Map())
  if (installedService(context) === undefined) throw await notInstalled(context, plan)
  runner().requireInstalled(plan)
  const missing = missingProgram(context)
  if (missing !== undefined) throw programMissing(missing)
  await startService({
    ...startOf(plan, context, output, values.replace === true),
    command: 'mfad restart',
    async start() {
      await runner().restart(plan)
      return { isKept: false }
    },
  })
  output.print(`restarted ${plan.title}`)
  return 0
}

/** The next step is what works here: a service, or a daemon without one. */
async function notInstalled(context: Context, { title }: ServicePlan): Promise<AppError> {
  const pid = await daemonPid(context)
  const start = startCommand(context)
  const again = start === 'mfad install' ? `${start} --replace` : startAgain(context, pid ?? 0)
  return new AppError('daemon.not-installed', `${title} is not installed`, pid === undefined ? start : again)
}

function startOf(plan: ServicePlan, context: Context, output: Output, replace: boolean) {
  return { context, output, plan, replace, isServiceRunning: () => runner().isRunning(plan) }
}

function runner(): ServiceRunner {
  return createServiceRunner({
    fs,
    runCommand: (argv) => runServiceCommand(argv),
    pause: (ms) => setTimeout(ms),
  })
}

/** Helper commands are to be found where this shell finds them. */
function serviceVariables(environment: Invocation['environment']): ReadonlyMap<string, string> {
  const platform = process.platform === 'darwin' ? 'darwin' : 'linux'
  const path = searchPath(environment.PATH ?? '', platform, isOwnDirectory)
  return new Map([...serviceEnvironment(environment), ['PATH', path]])
}

function currentPlan({ environment, files }: Context, variables: ReadonlyMap<string, string>): ServicePlan {
  const scriptPath = process.argv[1] === undefined ? '' : fs.realpathSync(process.argv[1])
  const platform = process.platform
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new AppError(
      'daemon.no-service-manager',
      `mfad installs no service on ${platform}`,
      'start the daemon with: mfad daemon --detach',
    )
  }
  const home = homeDirectory(environment)
  return planService({
    platform,
    home,
    uid: userId(),
    nodePath: lastingPath(process.execPath, home),
    scriptPath: lastingPath(scriptPath, home),
    environment: variables,
    templates: {
      systemd: shippedFile('systemd/mfad.service'),
      systemdSocket: shippedFile('systemd/mfad.socket'),
      launchd: shippedFile('launchd/io.mfad.daemon.plist'),
    },
    ...(isDefaultSocket(environment, files.socket)
      ? { runtimeDirectory: dirname(files.socket) }
      : { socketPath: files.socket }),
    ...(environment.XDG_CONFIG_HOME ? { xdgConfigHome: environment.XDG_CONFIG_HOME } : {}),
  })
}
