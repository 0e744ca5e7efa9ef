// Runs a command that a file of the user names, by /bin/sh, in a process group of its own that ends with it: with a limit
// on its time and output, and nothing of AWS or of how the daemon was started in its environment. Whether the file is to be
// believed is in files/disk/trust.ts.
import type { CommandResult } from '../../core/login/mfa-process.ts'
import type { Environment } from '../paths.ts'
import { childEnvironment } from './child-environment.ts'
import { collect, drainMs, signalGroup, startProgram } from './started-program.ts'

export type HelperDeps = {
  environment: Environment
  /** What the command is told, beside it. */
  variables?: Record<string, string>
  timeoutMs: number
  stopping: AbortSignal
}

const mostOutputBytes = 64 * 1024
const mostComplaintBytes = 4096

/** Never rejects: how a command ended is data. */
export function runHelperCommand(command: string, deps: HelperDeps): Promise<CommandResult> {
  if (deps.stopping.aborted) return Promise.resolve(withoutOutput('stopped'))
  const started = startProgram('/bin/sh', ['-c', command], helperEnvironment(deps))
  if (started === undefined) return Promise.resolve(withoutOutput('not-started'))
  const { child } = started
  return new Promise((resolve) => {
    const output = collect(started.stdout, mostOutputBytes, () => end({ kind: 'too-long' }))
    const complaint = collect(started.stderr, mostComplaintBytes)
    let drain: NodeJS.Timeout | undefined
    let result: CommandResult['end'] | undefined
    const finish = () => {
      clearTimeout(drain)
      clearTimeout(timer)
      deps.stopping.removeEventListener('abort', stop)
      started.stdout.destroy()
      started.stderr.destroy()
      resolve({ end: result ?? { kind: 'not-started' }, output: output(), complaint: complaint() })
    }
    const end = (how: CommandResult['end']) => {
      if (result !== undefined) return
      result = how
      signalGroup(child.pid, 'SIGKILL')
      finish()
    }
    const stop = () => end({ kind: 'stopped' })
    const timer = setTimeout(() => end({ kind: 'timed-out' }), deps.timeoutMs)
    deps.stopping.addEventListener('abort', stop)
    child.on('error', () => end({ kind: 'not-started' }))
    child.on('exit', (exitCode, signal) => {
      if (result !== undefined) return
      result =
        exitCode === null ? { kind: 'signalled', signal: String(signal) } : { kind: 'exited', exitCode }
      // What it left in the background would run with nobody to end it.
      signalGroup(child.pid, 'SIGKILL')
      drain = setTimeout(finish, drainMs)
    })
    child.on('close', () => {
      if (drain !== undefined) finish()
    })
  })
}

function withoutOutput(kind: 'stopped' | 'not-started'): CommandResult {
  return { end: { kind }, output: '', complaint: '' }
}

/** A mfad that the command runs refuses, so that none waits for itself. */
function helperEnvironment({ environment, variables }: HelperDeps): NodeJS.ProcessEnv {
  return { ...childEnvironment(environment), ...variables, MFAD_INSIDE: '1' }
}
