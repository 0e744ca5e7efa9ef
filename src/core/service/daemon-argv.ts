// How the daemon is started: by a service manager, in the background by `mfad daemon --detach`, or in the foreground.

/**
 * V8 without its optimizing compiler, with a small young generation, and collecting early: after a hundred logins the
 * daemon then holds 52 MiB instead of 74. And a debugger that cannot be opened, not even by SIGUSR1 in the moment before
 * the daemon can handle signals: no computer has that address (RFC 5737), so listening there fails.
 */
export const nodeFlags: readonly string[] = [
  '--max-opt=0',
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--inspect-port=192.0.2.1:9229',
]

export function daemonArgv(nodePath: string, scriptPath: string): string[] {
  return [nodePath, ...nodeFlags, scriptPath, 'daemon']
}

/** The same, for where no service manager sees to it that files are private and that no core dump is written. */
export function hardenedArgv(argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', 'umask 077; ulimit -c 0; exec "$@"', 'mfad', ...argv]
}
