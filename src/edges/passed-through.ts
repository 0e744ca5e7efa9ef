// Runs a program as if it had been started instead of this one: same terminal, same streams, same process group, so that the
// keyboard's signals reach it by themselves; what is sent to us alone is passed on, and it is told apart by nothing but its number.
//
// It is a child also where Node could replace this process (`process.execve`): the program would begin with SIGPIPE and SIGXFSZ
// ignored, as Node has them, and `yes | head` would not end there.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

/** The terminal sends these to the whole foreground, so to the program as well; they are passed on only where they do not come from there. */
const fromKeyboard: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
const passedOn: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']
/** We die of what it died of, so that a shell's script ends with Ctrl-C. Others would leave a core dump of ours, with secrets in it. */
const sharedDeaths: ReadonlySet<string> = new Set([
  'SIGTERM',
  'SIGHUP',
  'SIGINT',
  'SIGKILL',
  'SIGUSR1',
  'SIGUSR2',
])

/**
 * Answers its exit code, or 128 and the number of the signal that ended it. Rejects with Node's error where it cannot be started:
 * ENOENT, EACCES and the like.
 */
export async function runPassedThrough(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  let child: ChildProcess | undefined
  // Before it starts: no signal may end us and leave it alone, and it may stop at once.
  const stopListening = listenFor(() => child)
  try {
    child = spawn(program, args, { env: environment as NodeJS.ProcessEnv, stdio: 'inherit' })
    const [exitCode, signal] = await endOf(child)
    stopListening()
    if (exitCode !== null) return exitCode
    if (signal !== null && sharedDeaths.has(signal)) process.kill(process.pid, signal)
    return 128 + constants.signals[signal ?? 'SIGKILL']
  } finally {
    stopListening()
  }
}

function endOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode, signal) => resolve([exitCode, signal]))
  })
}

/**
 * Passes signals on. When the program stops (Ctrl-Z, or by itself) we stop, so that the shell gives the terminal back; where it takes
 * no notice of Ctrl-Z, nor do we. That needs /proc: elsewhere Ctrl-Z stops both of us as it stops any program.
 */
function listenFor(child: () => ChildProcess | undefined): () => void {
  const pass = (signal: NodeJS.Signals) => void child()?.kill(signal)
  const passUnlessFromKeyboard = (signal: NodeJS.Signals) => isInForeground() || pass(signal)
  const isStopped = () => stateOf(child()?.pid)?.state === 'T'
  const listeners: [NodeJS.Signals, (signal: NodeJS.Signals) => void][] = [
    ...passedOn.map((signal) => [signal, pass] as [NodeJS.Signals, typeof pass]),
    ...fromKeyboard.map((signal) => [signal, passUnlessFromKeyboard] as [NodeJS.Signals, typeof pass]),
  ]
  if (stateOf('self') !== undefined) {
    listeners.push(['SIGTSTP', passUnlessFromKeyboard])
    // After the signals that came with this one: those that are left would be passed on when we go on.
    listeners.push(['SIGCHLD', () => setImmediate(() => isStopped() && process.kill(process.pid, 'SIGSTOP'))])
    listeners.push(['SIGCONT', () => isStopped() && pass('SIGCONT')])
  }
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

/** Does the keyboard's Ctrl-C reach us, and so the program? Without /proc: is there a terminal at all? */
function isInForeground(): boolean {
  const self = stateOf('self')
  if (self === undefined) return process.getBuiltinModule('node:tty').isatty(0)
  return self.group === self.foreground
}

function stateOf(
  pid: number | 'self' | undefined,
): { state: string; group: number; foreground: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state, group: Number(group), foreground: Number(foreground) }
  } catch {
    return undefined
  }
}
