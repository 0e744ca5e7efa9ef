// Whether a program is on the PATH. It is looked for each time: programs come and go while the daemon runs.
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export function isInstalled(program: string, path: string | undefined): boolean {
  return (path ?? '').split(delimiter).some((directory) => isExecutable(join(directory || '.', program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
