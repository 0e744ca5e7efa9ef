// What keeps the secrets of a process that runs for long inside it.
import { writeFileSync } from 'node:fs'

/** Private files, no debugger port, no core dump. `onSignal`: somebody tried to open the debugger. */
export function keepPrivate(
  onSignal: () => void,
  onProblem: (problem: unknown) => void = () => undefined,
): void {
  process.umask(0o077)
  process.on('SIGUSR1', onSignal)
  try {
    // Linux writes no memory into a core dump then. Elsewhere the limit on its size, set at the start, has to do.
    writeFileSync('/proc/self/coredump_filter', '0')
  } catch (error) {
    onProblem(error)
  }
}
