// The daemon of a setup: the one that runs, else the user's service, else one in the background for now.

import { AppError } from '../../core/errors.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon, type Daemon, findDaemon } from '../connection/connection.ts'
import { startCommand } from '../connection/start-command.ts'
import { canAsk } from '../terminal/prompt.ts'
import { askYes } from '../terminal/questions.ts'
import type { Setup } from './setup-plan.ts'

/** Throws daemon.*, and settings.files-differ where the one that runs uses other files. */
export async function ensureDaemon(setup: Setup): Promise<Daemon> {
  const { context, output, wishes } = setup
  const running = await findDaemon(context, output)
  if (running === undefined || wishes.service === true) await startDaemon(setup)
  else output.print(`the daemon runs (pid ${running.daemon?.pid}): ok`)
  const { status, call } = await connectDaemon(context, output)
  return {
    status,
    call: async (...request) => {
      try {
        return await call(...request)
      } catch (error) {
        throw error instanceof AppError ? ofSetup(error) : error
      }
    },
  }
}

/** Where a login would be the next step, it is the setup again; but for what a login alone can do. */
export function ofSetup({ code, message, hint }: AppError): AppError {
  return new AppError(
    code,
    message,
    hint.replace(/\bmfad login (?!.*(?:CODE|--adopt|--save))/, 'mfad setup '),
  )
}

async function startDaemon(setup: Setup): Promise<void> {
  const { context, output, wishes } = setup
  if (wishes.service ?? (await wantsService(setup))) {
    const { installService } = await import('./service.ts')
    await installService(context, output, false)
    return
  }
  const { runDaemonCommand } = await import('./daemon.ts')
  const invocation: Invocation = {
    positionals: [],
    values: { detach: true },
    environment: context.environment,
    output,
  }
  await runDaemonCommand(invocation)
}

async function wantsService({ context, output }: Setup): Promise<boolean> {
  const command = startCommand(context)
  if (!canAsk()) throw declined(command)
  if (command !== 'mfad daemon --detach')
    return askYes(
      'Install the user service, so that mfad runs whenever you are logged in?',
      true,
      output.note,
    )
  const isWanted = await askYes(
    'Start the daemon in the background? (there is no service manager here)',
    true,
    output.note,
  )
  if (!isWanted) throw declined(command)
  return false
}

function declined(command: string): AppError {
  return new AppError(
    'daemon.not-running',
    'the daemon is not running, and setup needs it to ask AWS',
    `start it with: ${command}; then run mfad setup again`,
  )
}
