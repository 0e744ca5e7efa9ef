// How the daemon is started on this machine: by its service where one is installed or can be, else by hand.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { homeDirectory } from '../../edges/paths.ts'
import type { Context } from './context.ts'

/** The command that starts the daemon. */
export function startCommand({ environment }: Pick<Context, 'environment'>): string {
  if (isServiceInstalled(environment)) return 'mfad restart'
  const hasManager =
    process.platform === 'darwin' ||
    existsSync(join(environment.XDG_RUNTIME_DIR || '/nonexistent', 'systemd'))
  return hasManager ? 'mfad install' : 'mfad daemon --detach'
}

/** What to do with a daemon that runs, but not well. */
export function restartHint({ environment }: Pick<Context, 'environment'>): string {
  return isServiceInstalled(environment)
    ? 'restart it: mfad restart'
    : 'end it (its pid: pgrep -f "mfad.* daemon"), then start it again: mfad daemon --detach'
}

function isServiceInstalled(environment: Context['environment']): boolean {
  const home = homeDirectory(environment)
  const configHome = environment.XDG_CONFIG_HOME || join(home, '.config')
  return (
    existsSync(join(configHome, 'systemd/user/mfad.service')) ||
    existsSync(join(home, 'Library/LaunchAgents/io.mfad.daemon.plist'))
  )
}
