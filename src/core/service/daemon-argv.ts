// How the daemon is started: by a service manager, in the background by `mfad daemon --detach`, or in the foreground.

/** The words that start mfad. As a single file it has its Node in it: its own script, and both paths are the same. */
export function programArgv(nodePath: string, scriptPath: string): string[] {
  return nodePath === scriptPath ? [nodePath] : [nodePath, scriptPath]
}

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

/**
 * The same for a single file. It is made with the first two. The others are set by the daemon alone, while it runs: with any of
 * them at the start, V8 compiles Node's own code anew, and each command takes a sixth longer. Set so late, `--max-opt` would
 * do nothing; the first three are what it stands for.
 */
export const singleFileFlags: readonly string[] = ['--max-semi-space-size=1', '--inspect-port=192.0.2.1:9229']
export const lateFlags: readonly string[] = [
  '--no-turbofan',
  '--no-maglev',
  '--no-sparkplug',
  '--optimize-for-size',
  '--expose-gc',
]

/** The flags of a single file are not given to it: it is made with them, or sets them itself. */
export function daemonArgv(nodePath: string, scriptPath: string): string[] {
  return nodePath === scriptPath ? [nodePath, 'daemon'] : [nodePath, ...nodeFlags, scriptPath, 'daemon']
}

/** The same, for where no service manager sees to it that files are private and that no core dump is written. */
export function hardenedArgv(argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', 'umask 077; ulimit -c 0; exec "$@"', 'mfad', ...argv]
}
