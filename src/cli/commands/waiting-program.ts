// Who waits, for the reminder that its user sees: the program that runs this command, by the name that it is known by.
import { processOf } from '../../edges/parent-process.ts'

const shells: ReadonlySet<string> = new Set(['sh', 'bash', 'zsh', 'dash', 'ash', 'ksh', 'mksh', 'fish'])
/** They are known by what they run: `python3 deploy.py` is deploy.py. */
const interpreters: ReadonlySet<string> = new Set([...shells, 'node', 'python', 'python3', 'ruby', 'perl'])
const mostCharacters = 64
const mostGenerations = 5

/**
 * The nearest ancestor that is more than a shell which was started for one command: `make` for a line of a Makefile,
 * `deploy.sh` for one of a script, `bash` at a prompt. Undefined where processes cannot be looked at.
 */
export function waitingProgram(pid = process.ppid): string | undefined {
  let next = pid
  for (let generation = 0; generation < mostGenerations; generation++) {
    const found = processOf(next)
    if (found === undefined) return undefined
    const { name, words, parent } = found
    const [, first = ''] = words
    // `/dev/fd/63` says nothing of what runs.
    if (interpreters.has(name) && /^(?!-|\/dev\/|\/proc\/)./.test(first)) return shown(baseOf(first))
    if (!shells.has(name) || !first.startsWith('-') || !words.includes('-c')) return shown(name)
    next = parent
  }
  return undefined
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function shown(name: string): string | undefined {
  const text = name.slice(0, mostCharacters)
  return text === '' ? undefined : text
}
