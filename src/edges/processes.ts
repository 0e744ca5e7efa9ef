// Other processes, by their numbers.
import { readFileSync } from 'node:fs'

/**
 * Does a process of this number run that may be ours? Not one of another user, which has got the number anew. And not one that has
 * ended while its parent has not asked how, such as the first process of many containers: it keeps its number, and does nothing.
 */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return !['Z', 'X'].includes(statOf(pid)?.[0] ?? '')
}

/** When it was started, in the system's own ticks; undefined where there is no /proc, or no such process. */
export function startOf(pid: number): string | undefined {
  return statOf(pid)?.[19]
}

/** The fields of proc_pid_stat(5) behind the name, from the state on. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
