// The process that started this one, as Linux tells it.
import { readFileSync } from 'node:fs'

export type Process = {
  /** The program's own name for itself, at most 15 characters. */
  name: string
  /** The words that it was started with. */
  words: string[]
  parent: number
}

/** A program's own name for itself, at most 15 characters; undefined where it cannot be looked at, as on macOS. */
export function nameOfProcess(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd()
  } catch {
    return undefined
  }
}

/** Undefined where it cannot be looked at, as on macOS. */
export function processOf(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = stat.lastIndexOf(')')
    const parent = Number(
      stat
        .slice(end + 1)
        .trim()
        .split(' ')[1],
    )
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return { name: stat.slice(stat.indexOf('(') + 1, end), words: words.slice(0, -1), parent }
  } catch {
    return undefined
  }
}
