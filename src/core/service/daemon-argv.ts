// How a service manager, or `mfad daemon --detach`, starts the daemon.

/**
 * V8 without its optimizing compiler, with a small young generation, and collecting early: after a hundred logins the
 * daemon then holds 52 MiB instead of 74.
 */
export const nodeFlags: readonly string[] = ['--max-opt=0', '--max-semi-space-size=1', '--optimize-for-size']

export function daemonArgv(nodePath: string, scriptPath: string): string[] {
  return [nodePath, ...nodeFlags, scriptPath, 'daemon']
}
