// Which values a unit or a property list can hold, and mean the same in a service as in the user's shell.

import { AppError } from '../errors.ts'
import { pathVariables } from './environment.ts'
import type { ServiceSettings } from './service-plan.ts'

// Control characters end a line of a unit or are forbidden in XML 1.0; systemd and XML refuse the rest. U+FFFD
// is what Node makes of bytes that are no UTF-8: the file's real name is lost.
const unwritable = /[\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}\u{FFFD}]/u

/** Messages name the variable and never its value, which may be a secret. */
export function checkServiceValues(settings: ServiceSettings): void {
  const { home, nodePath, scriptPath, socketPath, xdgConfigHome, environment } = settings
  checkText('the home directory', home)
  checkText("the path of mfad's program", scriptPath)
  checkText('the path of Node.js', nodePath)
  if (socketPath !== undefined) {
    checkText('the path of the socket', socketPath)
    checkSocket(socketPath)
  }
  if (xdgConfigHome !== undefined) checkText('XDG_CONFIG_HOME', xdgConfigHome)
  for (const [name, value] of environment) {
    checkText(name, value)
    if (pathVariables.has(name)) checkPath(name, value)
  }
}

function checkText(name: string, value: string): void {
  if (!unwritable.test(value)) return
  throw new AppError(
    'settings.unwritable-value',
    `${name} holds a line break or another character that a service's file cannot hold`,
    'change it, then: mfad install',
  )
}

/** systemd.syntax(7): a backslash at the end of a line has it go on, and blanks at its ends are no part of a value. */
function checkSocket(path: string): void {
  if (path.trim() === path && !path.endsWith('\\')) return
  throw new AppError(
    'settings.unwritable-value',
    'the path of the socket ends in a blank or a backslash, which a service cannot have',
    'choose another one with MFAD_SOCKET or the setting socket, then: mfad install',
  )
}

/** A service has another working directory, so a relative path would name another file. */
function checkPath(name: string, value: string): void {
  if (/^[/~]/.test(value)) return
  throw new AppError(
    'settings.relative-path',
    `${name} is a relative path, which a service cannot follow`,
    `export ${name} as an absolute path, then: mfad install`,
  )
}
