// Where a session does not last long enough: the daemon is asked to renew it, or to have its user do so.
import { AppError } from '../../core/errors.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { formatDuration } from '../../core/time/duration.ts'
import type { WaitAnswer } from '../../core/wire.ts'
import type { Context } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'
import { waitingProgram } from './waiting-program.ts'

const answerLimitMs = 15_000

/** False where it could not be renewed, for whatever reason: then what is in the file is what counts. */
export async function renew(context: Context, output: Output, profile: string): Promise<boolean> {
  const { connectOwnDaemon } = await import('../connection/connection.ts')
  try {
    await (await connectOwnDaemon(context, output)).call('POST', '/v1/renew', { profile })
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

/** Throws what ended the wait. */
export async function waitForSession(
  context: Context,
  output: Output,
  { name, leastSeconds, waitSeconds }: { name: string; leastSeconds: number; waitSeconds: number },
  why: AppError,
): Promise<void> {
  const { connectOwnDaemon } = await import('../connection/connection.ts')
  const daemon = await connectOwnDaemon(context, output)
  const login = mfadCommand('login', name)
  output.note(`mfad: ${why.message}; waiting up to ${formatDuration(waitSeconds)} for: ${login}`)
  const program = waitingProgram()
  const body = { profile: name, leastSeconds, waitSeconds, ...(program === undefined ? {} : { program }) }
  await daemon.call<WaitAnswer>('POST', '/v1/wait', body, waitSeconds * 1000 + answerLimitMs)
}
