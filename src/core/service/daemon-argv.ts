// How the daemon is started: by a service manager, in the background by `mfad daemon --detach`, or in the foreground.

/** The words that start mfad. A single file has Node in it and is its own script, so there the two paths are the same. */
export function programArgv(nodePath: string, scriptPath: string): string[] {
  return nodePath === scriptPath ? [nodePath] : [nodePath, scriptPath]
}

/**
 * V8 without its optimizing compiler, with a small young generation, and collecting early: when this was measured, the daemon
 * held 52 MiB after a hundred logins instead of 74. And a debugger that cannot be opened, not even by SIGUSR1 in the moment
 * before the daemon can handle signals: no computer has that address (RFC 5737), so listening there fails.
 */
export const nodeFlags: readonly string[] = [
  '--max-opt=0',
  '--max-semi-space-size=1',
  '--optimize-for-size',
  '--expose-gc',
  '--inspect-port=192.0.2.1:9229',
]

/**
 * For the C library (glibc), which reads them when the program starts: one heap for all threads, and every piece from 8 KiB on
 * outside of it, so that it goes back to the system when it is freed. Without them, the daemon holds 3 MiB more after a hundred
 * logins.
 */
export const allocatorVariables: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '8192',
}

/**
 * `nodeFlags` for a single file, in two parts. These are built into it, so every command runs with them. With any of `lateFlags`
 * built in as well, V8 would compile Node's own code anew, and each command would take a sixth longer.
 */
export const singleFileFlags: readonly string[] = ['--max-semi-space-size=1', '--inspect-port=192.0.2.1:9229']
/**
 * The other part, which only the daemon sets, while it already runs. `--max-opt=0` has no effect that late: the first three turn
 * off, one by one, the compilers that it stands for.
 */
export const lateFlags: readonly string[] = [
  '--no-turbofan',
  '--no-maglev',
  '--no-sparkplug',
  '--optimize-for-size',
  '--expose-gc',
]

/** The words that start the daemon. A single file needs no flags: they are built in, or it sets them itself. */
export function daemonArgv(nodePath: string, scriptPath: string): string[] {
  return nodePath === scriptPath ? [nodePath, 'daemon'] : [nodePath, ...nodeFlags, scriptPath, 'daemon']
}

/** Those words in a shell, for where no service manager sees to it that files are private and that no core dump is written. */
export function hardenedArgv(argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', 'umask 077; ulimit -c 0; exec "$@"', 'mfad', ...argv]
}
