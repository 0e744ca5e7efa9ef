// mfad as a systemd user service that is also started by its socket. Syntax: systemd.syntax(7), and "Command lines" in systemd.service(5).

import { AppError } from '../errors.ts'
import { daemonArgv } from './daemon-argv.ts'
import { redactedEnvironment, unwantedInService } from './environment.ts'
import type { ServicePlan, ServiceSettings, Step } from './service-plan.ts'
import { fillTemplate } from './template.ts'

const unitName = 'mfad.service'
const socketName = 'mfad.socket'

/** Each unit, and the target that starts it at login. */
const targets = [
  [unitName, 'default.target'],
  [socketName, 'sockets.target'],
] as const

export function systemdPlan(settings: ServiceSettings): ServicePlan {
  const [directory] = unitDirectories(settings)
  const paths = targets.map(([unit]) => `${directory}/${unit}`)
  const [path = '', socketPath = ''] = paths
  const socket = socketText(settings)
  return {
    manager: 'systemd',
    title: `the systemd user service ${unitName}`,
    files: [
      {
        path,
        content: unitText(settings, settings.environment),
        redactedContent: unitText(settings, redactedEnvironment(settings.environment)),
        mode: 0o600,
      },
      { path: socketPath, content: socket, redactedContent: socket, mode: 0o600 },
    ],
    variables: ownVariables(redactedEnvironment(settings.environment)),
    status: systemctl('ask for the state of the service', 'is-active', unitName),
    enable: [
      systemctl('make systemd read the unit', 'daemon-reload'),
      // By its path: the manager may have another XDG_CONFIG_HOME than this shell, and then links to it.
      systemctl('enable the service', 'enable', ...paths),
    ],
    start: [
      // systemd makes no socket anew while its service runs.
      { ...systemctl('stop the service', 'stop', unitName, socketName), mayFail: true },
      resetFailed,
      systemctl('start the service', 'start', unitName),
    ],
    restart: [resetFailed, systemctl('start the service', 'restart', unitName)],
    stop: [
      { ...systemctl('stop the service', 'stop', socketName, unitName), mayFail: true },
      { ...systemctl('disable the service', 'disable', unitName, socketName), mayFail: true },
    ],
    forget: [{ ...systemctl('make systemd forget the unit', 'daemon-reload'), mayFail: true }, resetFailed],
    leftovers: linksOf(settings).filter((link) => !paths.includes(link)),
    directories: unitDirectories(settings)
      .flatMap((each) => [
        ...targets.map(([, target]) => `${each}/${target}.wants`),
        each,
        each.slice(0, -'/user'.length),
      ])
      .concat(settings.runtimeDirectory ?? []),
  }
}

function systemctl(why: string, ...args: string[]): Step {
  return { argv: ['systemctl', '--user', ...args], why }
}

/** Also empties the count of starts, so that someone who repairs and restarts is never refused. */
const resetFailed: Step = {
  ...systemctl('clear past failures', 'reset-failed', unitName, socketName),
  mayFail: true,
}

/** Where the unit stands, and where a manager without this shell's XDG_CONFIG_HOME keeps its links to it. */
function unitDirectories({ home, xdgConfigHome }: ServiceSettings): string[] {
  const standard = `${home}/.config/systemd/user`
  // XDG: a relative path is ignored.
  if (!xdgConfigHome?.startsWith('/')) return [standard]
  const own = `${xdgConfigHome}/systemd/user`
  return own === standard ? [standard] : [own, standard]
}

function linksOf(settings: ServiceSettings): string[] {
  return unitDirectories(settings).flatMap((each) =>
    targets.flatMap(([unit, target]) => [`${each}/${unit}`, `${each}/${target}.wants/${unit}`]),
  )
}

/** `%t` is the manager's own XDG_RUNTIME_DIR. */
function socketText({ socketPath, templates }: ServiceSettings): string {
  return fillTemplate(templates.systemdSocket, {
    SOCKET: socketPath?.replaceAll('%', '%%') ?? '%t/mfad/mfad.sock',
  })
}

function unitText(settings: ServiceSettings, environment: ReadonlyMap<string, string>): string {
  return fillTemplate(settings.templates.systemd, {
    COMMAND: commandLine(daemonArgv(settings.nodePath, settings.scriptPath)),
    ENVIRONMENT: environmentLines(environment),
    UNWANTED: unwantedInService.join(' '),
  })
}

/**
 * The value of `ExecStart=`. Variables are expanded in arguments, where `$$` is a dollar sign, but not in the
 * program's path, which must be absolute and free of quotes and backslashes: systemd refuses those, quoted or not.
 */
export function commandLine([program = '', ...args]: string[]): string {
  if (/["'\\]/.test(program)) {
    throw new AppError(
      'settings.unwritable-value',
      `systemd runs no program whose path holds a quote or a backslash: ${program}`,
      args.length === 1
        ? 'put it elsewhere, then from there: mfad install'
        : 'install Node.js elsewhere, then with that one: mfad install',
    )
  }
  return [quoteWord(program), ...args.map((arg) => quoteWord(arg).replaceAll('$', () => '$$'))].join(' ')
}

/** The manager's own XDG_RUNTIME_DIR is right, and the same from whichever shell the service is installed. */
function ownVariables(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...environment].filter(([name]) => name !== 'XDG_RUNTIME_DIR'))
}

export function environmentLines(environment: ReadonlyMap<string, string>): string {
  return [...ownVariables(environment)]
    .map(([name, value]) => `Environment=${quoteWord(`${name}=${value}`)}`)
    .join('\n')
}

/** Quoted, backslashes and quotes escaped, and `%`, which starts a specifier, doubled. */
function quoteWord(word: string): string {
  return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`
}
