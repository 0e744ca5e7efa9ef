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
  '--expose-gc',
  '--inspect-port=192.0.2.1:9229',
]

/**
 * For the C library, which reads them when the program starts: one heap for all threads, and larger pieces outside of it, so that
 * they are given back when they are freed. Otherwise 5 MiB that nobody uses any more are kept after a hundred logins.
 */
export const allocatorVariables: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '8192',
}

export function daemonArgv(nodePath: string, scriptPath: string): string[] {
  return [nodePath, ...nodeFlags, scriptPath, 'daemon']
}

/** The same, for where no service manager sees to it that files are private and that no core dump is written. */
export function hardenedArgv(argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', 'umask 077; ulimit -c 0; exec "$@"', 'mfad', ...argv]
}
