// `mfad install`, `uninstall` and `restart`: the user service.
import * as fs from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import { planService } from '../../core/service/plan-service.ts'
import { type ServicePlan, serviceEnvironment } from '../../core/service/service-plan.ts'
import { homeDirectory } from '../../edges/paths.ts'
import { runServiceCommand } from '../../edges/service/command.ts'
import { createServiceRunner, type ServiceRunner } from '../../edges/service/runner.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import { awaitDaemon } from '../connection/connection.ts'
import { type Context, loadContext } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'

export async function runInstall({ values, environment, output }: Invocation): Promise<number> {
  const context = await loadContext(environment)
  const plan = currentPlan(environment, serviceEnvironment(environment))
  if (values['dry-run'] === true) {
    for (const { path, redactedContent } of plan.files) output.print(`# ${path}\n${redactedContent}`)
    for (const { argv } of [...plan.enable, ...plan.start]) output.print(`$ ${argv.join(' ')}`)
    return 0
  }
  const { lines } = await runner().install(plan)
  output.print(lines.join('\n'))
  await untilDaemonAnswers(context, output)
  output.note('→ next: mfad login PROFILE, or look around: mfad status')
  return 0
}

export async function runUninstall({ environment, output }: Invocation): Promise<number> {
  const { lines } = await runner().uninstall(currentPlan(environment, new Map()))
  output.print(lines.join('\n'))
  return 0
}

export async function runRestart({ environment, output }: Invocation): Promise<number> {
  const plan = currentPlan(environment, new Map())
  await runner().restart(plan)
  await untilDaemonAnswers(await loadContext(environment), output)
  output.print(`restarted ${plan.title}`)
  return 0
}

/** A service that is started is not yet a daemon that runs. */
async function untilDaemonAnswers(context: Context, output: Output): Promise<void> {
  const status = await awaitDaemon(context, output, () => true)
  if (status !== undefined) return
  throw new AppError(
    'daemon.not-started',
    'the service was started, but the daemon does not answer',
    `read why: ${logCommand()}`,
  )
}

function logCommand(): string {
  return process.platform === 'darwin' ? 'tail ~/Library/Logs/mfad.log' : 'journalctl --user -u mfad'
}

function runner(): ServiceRunner {
  return createServiceRunner({
    fs,
    runCommand: (argv) => runServiceCommand(argv),
    pause: (ms) => setTimeout(ms),
  })
}

/** The templates stand beside `dist`, where this file is once it is bundled. */
function currentPlan(
  environment: Invocation['environment'],
  variables: ReadonlyMap<string, string>,
): ServicePlan {
  const scriptPath = process.argv[1] === undefined ? '' : fs.realpathSync(process.argv[1])
  const root = join(scriptPath, '..', '..')
  const platform = process.platform
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new AppError(
      'daemon.no-service-manager',
      `mfad installs no service on ${platform}`,
      'start the daemon with: mfad daemon --detach',
    )
  }
  return planService({
    platform,
    home: homeDirectory(environment),
    uid: userId(),
    nodePath: process.execPath,
    scriptPath,
    environment: variables,
    templates: {
      systemd: fs.readFileSync(join(root, 'systemd', 'mfad.service'), 'utf8'),
      launchd: fs.readFileSync(join(root, 'launchd', 'io.mfad.daemon.plist'), 'utf8'),
    },
    ...(environment.XDG_CONFIG_HOME ? { xdgConfigHome: environment.XDG_CONFIG_HOME } : {}),
  })
}
