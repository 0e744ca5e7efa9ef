// The environment for programs on the desktop. A daemon that was started before the desktop, as a service is, knows
// neither its display nor its bus. systemd knows both, and is asked each time.

import type { Environment } from '../paths.ts'
import { childEnvironment } from '../programs/child-environment.ts'
import { runProgram } from '../programs/child-program.ts'
import { isInstalled } from '../programs/installed-program.ts'

/** They belong together: a mixture from two desktops would fit neither. */
const displayVariables = [
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_SESSION_TYPE',
  'XDG_CURRENT_DESKTOP',
  'XDG_SESSION_DESKTOP',
  'DESKTOP_SESSION',
] as const
const busVariables = ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'] as const

const askLimitMs = 2000
const mostValueCharacters = 4096

/** The environment for a program on the desktop as it is now: as systemd says, else the daemon's own. Never rejects. */
export async function desktopEnvironment(
  own: Environment,
  withdraw?: AbortSignal,
): Promise<Record<string, string>> {
  const base = childEnvironment(own)
  if (!isInstalled('systemctl', base.PATH)) return base
  const { exitCode, stdout } = await runProgram('systemctl', ['--user', 'show-environment'], {
    environment: base,
    limitMs: askLimitMs,
    stop: withdraw,
  })
  return exitCode === 0 ? ontoDesktop(base, parseShowEnvironment(stdout)) : base
}

/**
 * What `session` says of a display replaces ours as a whole; without a display, it only adds a bus that we do not
 * know.
 */
export function ontoDesktop(
  base: Record<string, string>,
  session: Record<string, string>,
): Record<string, string> {
  const hasDisplay = session.DISPLAY !== undefined || session.WAYLAND_DISPLAY !== undefined
  if (!hasDisplay) return { ...pick(session, busVariables), ...base }
  const rest = { ...base }
  for (const name of displayVariables) delete rest[name]
  return { ...rest, ...pick(session, [...displayVariables, ...busVariables]) }
}

/**
 * The lines of `systemctl --user show-environment`: NAME=value, or NAME=$'value' with backslash escapes where a shell
 * would read more into the value. A value with control characters is left out.
 */
export function parseShowEnvironment(text: string): Record<string, string> {
  const session: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, name = '', raw = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? []
    const value = unquote(raw)
    if (value !== undefined && value !== '' && value.length <= mostValueCharacters) session[name] = value
  }
  return session
}

function unquote(raw: string): string | undefined {
  const quoted = /^\$'(.*)'$/.exec(raw)?.[1]
  if (quoted === undefined) return isPrintable(raw) ? raw : undefined
  // A backslash before a letter or a digit stands for a control character.
  if (!/^(?:[^\\']|\\[^A-Za-z0-9])*$/.test(quoted)) return undefined
  const value = quoted.replace(/\\(.)/g, '$1')
  return isPrintable(value) ? value : undefined
}

function isPrintable(value: string): boolean {
  return !/\p{Cc}/u.test(value)
}

function pick(from: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = from[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
