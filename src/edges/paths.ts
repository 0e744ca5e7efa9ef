// Where mfad's files are: a variable wins over the settings, the settings over the default.
import { basename, join, resolve } from 'node:path'
import type { Settings } from '../core/settings/default-settings.ts'
import type { Files } from '../core/wire.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** The user's home: `HOME`, else what the system says. */
export function homeDirectory(environment: Environment): string {
  // Loaded only where it is needed: every command passes here.
  return environment.HOME || process.getBuiltinModule('node:os').homedir()
}

/** The settings file: `MFAD_CONFIG`, else `mfad/config.ini` in the configuration directory. */
export function settingsPath(environment: Environment): string {
  if (environment.MFAD_CONFIG) return absolute(environment.MFAD_CONFIG, environment)
  return join(xdgDirectory(environment, 'XDG_CONFIG_HOME', '.config'), 'mfad', 'config.ini')
}

/** All four files, absolute. Symlinks are not resolved. */
export function resolveFiles(
  environment: Environment,
  settings: Pick<Settings, 'credentialsFile' | 'configFile' | 'socket'>,
): Files {
  const home = homeDirectory(environment)
  const choose = (variable: string | undefined, setting: string | undefined, fallback: string) =>
    absolute(variable || setting || fallback, environment)
  return {
    credentials: choose(
      environment.AWS_SHARED_CREDENTIALS_FILE,
      settings.credentialsFile,
      join(home, '.aws', 'credentials'),
    ),
    config: choose(environment.AWS_CONFIG_FILE, settings.configFile, join(home, '.aws', 'config')),
    settings: settingsPath(environment),
    socket: choose(environment.MFAD_SOCKET, settings.socket, defaultSocket(environment)),
  }
}

/**
 * Where a client looks for the socket, best first. Without `XDG_RUNTIME_DIR` (cron, `su -`, a container) the daemon may
 * still have been started in a session that has one.
 */
export function socketCandidates(environment: Environment, socket: string, uid: number): string[] {
  if (!isDefaultSocket(environment, socket) || environment.XDG_RUNTIME_DIR?.startsWith('/')) return [socket]
  return [join('/run/user', String(uid), 'mfad', 'mfad.sock'), socket]
}

/**
 * Where `ssh -R` is to put the socket of the daemon at the other end: beside the own one, which comes first. What is done there is
 * done to the files of that computer.
 */
export function forwardedSocket(environment: Environment, uid: number): string {
  const runtime = environment.XDG_RUNTIME_DIR?.startsWith('/')
    ? environment.XDG_RUNTIME_DIR
    : join('/run/user', String(uid))
  return join(runtime, 'mfad', forwardedName)
}

export function isForwarded(socket: string): boolean {
  return basename(socket) === forwardedName
}

const forwardedName = 'forwarded.sock'

/** The status file beside a socket: `mfad.status` for `mfad.sock`. */
export function statusPath(socket: string): string {
  return `${socket.replace(/\.sock$/, '')}.status`
}

/** Is it at its default place, which no variable and no setting has changed? Its directory is then mfad's own. */
export function isDefaultSocket(environment: Environment, socket: string): boolean {
  return socket === absolute(defaultSocket(environment), environment)
}

/** Where logs and the like go: `mfad` in the state directory. */
export function stateDirectory(environment: Environment): string {
  return join(xdgDirectory(environment, 'XDG_STATE_HOME', join('.local', 'state')), 'mfad')
}

/**
 * Where a daemon leaves a note of itself, `own`, and where daemons of this user may have left theirs, `all`. It is the same `all`
 * for each of them, so they find each other whatever their variables are.
 */
export function notesDirectories(environment: Environment, uid: number): { own: string; all: string[] } {
  const standard = join('/run/user', String(uid))
  const runtime = join(standard, 'mfad')
  const state = join(homeDirectory(environment), '.local', 'state', 'mfad')
  const isStandard = resolve(environment.XDG_RUNTIME_DIR || '/') === standard
  return { own: isStandard ? runtime : state, all: [runtime, state] }
}

function defaultSocket(environment: Environment): string {
  const runtime = environment.XDG_RUNTIME_DIR
  if (runtime?.startsWith('/')) return join(runtime, 'mfad', 'mfad.sock')
  return join(homeDirectory(environment), '.local', 'state', 'mfad', 'mfad.sock')
}

/** The XDG specification has relative paths ignored. */
function xdgDirectory(environment: Environment, variable: string, fallback: string): string {
  const value = environment[variable]
  return value?.startsWith('/') ? value : join(homeDirectory(environment), fallback)
}

function absolute(path: string, environment: Environment): string {
  return resolve(path.startsWith('~/') ? join(homeDirectory(environment), path.slice(2)) : path)
}
