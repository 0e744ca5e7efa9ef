// The environment of what is shown on the desktop. A daemon that was started before the desktop, as a service is, knows
// neither its display nor its bus; systemd does, and is asked each time.

import type { Environment } from '../paths.ts'
import { childEnvironment } from '../programs/child-environment.ts'
import { runProgram } from '../programs/child-program.ts'
import { isInstalled } from '../programs/installed-program.ts'

/** Of one desktop: they are taken together, from one place. */
const screenVariables = [
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

/** The environment of a program on the desktop as it is now: systemd's word for it, else our own. Never rejects. */
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

/** `session` is the desktop's where it names a screen; else it only fills in the bus. */
export function ontoDesktop(
  base: Record<string, string>,
  session: Record<string, string>,
): Record<string, string> {
  const hasScreen = session.DISPLAY !== undefined || session.WAYLAND_DISPLAY !== undefined
  if (!hasScreen) return { ...pick(session, busVariables), ...base }
  const rest = { ...base }
  for (const name of screenVariables) delete rest[name]
  return { ...rest, ...pick(session, [...screenVariables, ...busVariables]) }
}

/**
 * The lines of `systemctl --user show-environment`: NAME=value, or NAME=$'value' with backslashes where the value holds
 * what a shell reads. A value with anything but printable characters is left out.
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
  if (quoted === undefined) return isPlain(raw) ? raw : undefined
  // Letters and digits after a backslash stand for control characters.
  if (!/^(?:[^\\']|\\[^A-Za-z0-9])*$/.test(quoted)) return undefined
  const value = quoted.replace(/\\(.)/g, '$1')
  return isPlain(value) ? value : undefined
}

function isPlain(value: string): boolean {
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
