// `mfad daemon`: the daemon itself, in this process or, with --detach, in one of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Status } from '../core/wire.ts'
import { stateDirectory } from '../edges/paths.ts'
import { daemonArgv } from '../service/daemon-argv.ts'
import type { Invocation } from './command.ts'
import { type Context, loadContext } from './context.ts'
import { connectDaemon, isNotRunning } from './daemon-connection.ts'
import type { Output } from './output.ts'

const startLimitMs = 10_000
const startStepMs = 50

export async function runDaemonCommand({ values, environment, output }: Invocation): Promise<number> {
  if (values.detach === true) return detach(loadContext(environment), output)
  const { runDaemon } = await import('../daemon/main.ts')
  await runDaemon(environment)
  return 0
}

async function detach(context: Context, output: Output): Promise<number> {
  const running = await runningDaemon(context, output)
  if (running !== undefined) {
    output.print(`the daemon is already running (pid ${running.daemon?.pid})`)
    return 0
  }
  const log = join(stateDirectory(context.environment), 'mfad.log')
  const child = spawnDaemon(log)
  const status = await untilRunning(context, output, child, log)
  child.unref()
  output.print(`the daemon is running (pid ${status.daemon?.pid}), its log is ${log}`)
  return 0
}

function spawnDaemon(log: string): ChildProcess {
  mkdirSync(join(log, '..'), { recursive: true, mode: 0o700 })
  const file = openSync(log, 'a', 0o600)
  const [program = '', ...args] = daemonArgv(process.execPath, process.argv[1] ?? '')
  const child = spawn(program, args, { detached: true, cwd: '/', stdio: ['ignore', file, file] })
  closeSync(file)
  return child
}

async function untilRunning(
  context: Context,
  output: Output,
  child: ChildProcess,
  log: string,
): Promise<Status> {
  const startedAt = Date.now()
  while (child.exitCode === null && Date.now() - startedAt < startLimitMs) {
    const status = await runningDaemon(context, output)
    if (status !== undefined) return status
    await new Promise((resolve) => setTimeout(resolve, startStepMs))
  }
  throw new AppError('daemon.not-started', 'the daemon did not start', `read why: tail ${log}`)
}

async function runningDaemon(context: Context, output: Output): Promise<Status | undefined> {
  try {
    return (await connectDaemon(context, output)).status
  } catch (error) {
    if (isNotRunning(error)) return undefined
    throw error
  }
}
