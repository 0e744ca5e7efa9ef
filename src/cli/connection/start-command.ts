// How the daemon is started on this machine: by its service where one is installed or can be, else by hand.
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { startAgainCommand } from '../../core/service/background.ts'
import { propertyListArgv, unitArgv } from '../../core/service/installed-argv.ts'
import { homeDirectory } from '../../edges/paths.ts'
import type { Context } from './context.ts'

type Where = Pick<Context, 'environment'>

/** The command that starts the daemon. */
export function startCommand(where: Where): string {
  if (!hasManager(where)) return 'mfad daemon --detach'
  return serviceArgv(where) === undefined ? 'mfad install' : 'mfad restart'
}

/** Is there a service manager that this shell can reach? Not in a container, and not after `su`. */
export function hasManager({ environment }: Where): boolean {
  return (
    process.platform === 'darwin' ||
    existsSync(join(environment.XDG_RUNTIME_DIR || '/nonexistent', 'systemd'))
  )
}

/** What to do with a daemon that runs, but not well. */
export function restartHint(where: Where): string {
  if (serviceArgv(where) === undefined)
    return 'end it (its pid: pgrep -f "mfad.* daemon"), then start it again: mfad daemon --detach'
  return missingProgram(where) === undefined ? 'restart it: mfad restart' : 'install it again: mfad install'
}

/** How a daemon that runs is started with the variables of this shell. */
export function startAgain(where: Where, pid: number): string {
  return startAgainCommand(serviceArgv(where) === undefined ? 'detached' : 'service', pid)
}

/** What to do with a daemon of another version: a service that starts it from elsewhere would do so again. */
export function updateHint(where: Where): string {
  const script = serviceArgv(where)?.at(-2)
  if (script === undefined || realPathOf(script) === ownScript()) return restartHint(where)
  return `its service starts ${script}; have it start this one: mfad install`
}

/** What the installed service starts and is not there any more: Node or mfad has moved. */
export function missingProgram(where: Where): string | undefined {
  const argv = serviceArgv(where) ?? []
  return [argv[0], argv.at(-2)].find((path) => path?.startsWith('/') && !existsSync(path))
}

/** The error for a program that is missing. */
export function programMissing(path: string, fact = 'the service cannot start the daemon'): AppError {
  return new AppError(
    'daemon.not-running',
    `${fact}: ${path} is not there any more`,
    'install it again, from where it is now: mfad install',
  )
}

/** The words that the service starts the daemon with; undefined where none is installed, or none can be reached. */
function serviceArgv(where: Where): string[] | undefined {
  const service = hasManager(where) ? installedService(where) : undefined
  if (service === undefined) return undefined
  return service.manager === 'systemd' ? unitArgv(service.text) : propertyListArgv(service.text)
}

/** The service that is installed, with the text of its file. */
export function installedService({
  environment,
}: Where): { manager: 'systemd' | 'launchd'; text: string } | undefined {
  const home = homeDirectory(environment)
  const units = [environment.XDG_CONFIG_HOME || join(home, '.config'), join(home, '.config')].map(
    (directory) => join(directory, 'systemd/user/mfad.service'),
  )
  for (const unit of units) {
    const text = textOf(unit)
    if (text !== undefined) return { manager: 'systemd', text }
  }
  const text = textOf(join(home, 'Library/LaunchAgents/io.mfad.daemon.plist'))
  return text === undefined ? undefined : { manager: 'launchd', text }
}

/** Undefined where there is no file. One that cannot be read counts as an empty text: something is installed. */
function textOf(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return undefined
    return stats.isFile() ? readFileSync(path, 'utf8') : ''
  } catch {
    return ''
  }
}

function ownScript(): string {
  return realPathOf(process.argv[1] ?? '')
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
