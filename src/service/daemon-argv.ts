// How a service manager, or `mfad daemon --detach`, starts the daemon.

/** V8 without its optimizing compiler and with a small young generation: an idle daemon then keeps half the memory. */
export const nodeFlags: readonly string[] = ['--max-opt=0', '--max-semi-space-size=1']

export function daemonArgv(nodePath: string, scriptPath: string): string[] {
  return [nodePath, ...nodeFlags, scriptPath, 'daemon']
}
