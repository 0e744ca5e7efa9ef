// Whether this process may start programs that take another user's or group's rights. A service that systemd limits may not, and
// then such a program (sudo, 1Password's op) starts without them and fails in words of its own.
import { readFileSync, statSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'

const takesRights = 0o6000

/** The name of the program that a command starts with, where it would take other rights, and cannot from here. */
export function withheldFrom(command: string, path: string | undefined): string | undefined {
  const [program] = /^[\w./+-]+/.exec(command.trim()) ?? []
  return program !== undefined && takesOtherRights(program, path) && mayNotRaise()
    ? basename(program)
    : undefined
}

function takesOtherRights(program: string, path: string | undefined): boolean {
  const places = program.includes('/') ? [''] : (path ?? '').split(delimiter)
  const found = places.map((directory) => modeOf(join(directory, program))).find((mode) => mode !== undefined)
  return found !== undefined && (found & takesRights) !== 0
}

function modeOf(path: string): number | undefined {
  try {
    const found = statSync(path)
    return found.isFile() ? found.mode : undefined
  } catch {
    return undefined
  }
}

/** Linux tells; where there is no such file, nothing is withheld. */
function mayNotRaise(): boolean {
  try {
    return /^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8'))
  } catch {
    return false
  }
}
