// The session that a command needs: out of the file, and where there is too little of it, after a wait for its user.
import { AppError } from '../../core/errors.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { formatDuration } from '../../core/time/duration.ts'
import type { WaitAnswer } from '../../core/wire.ts'
import type { Context } from '../connection/context.ts'
import { type LiveSession, sessionFromFile } from '../connection/file-credentials.ts'
import type { Output } from '../terminal/output.ts'
import { waitingProgram } from './waiting-program.ts'

export type Need = {
  name: string
  leastSeconds: number
  /** Undefined: nobody is waited for. */
  waitSeconds: number | undefined
}

const answerLimitMs = 15_000
const waitable: ReadonlySet<string> = new Set([
  'session.expired',
  'session.malformed',
  'session.none',
  'session.too-short',
])

/** Throws what sessionFromFile throws, and what ended the wait. */
export async function liveSession(context: Context, output: Output, need: Need): Promise<LiveSession> {
  const { name, leastSeconds, waitSeconds } = need
  try {
    return await sessionFromFile(context, output, name, leastSeconds)
  } catch (error) {
    if (waitSeconds === undefined || !(error instanceof AppError) || !waitable.has(error.code)) throw error
    await waitForSession(context, output, { ...need, waitSeconds }, error)
    return sessionFromFile(context, output, name, leastSeconds)
  }
}

async function waitForSession(
  context: Context,
  output: Output,
  { name, leastSeconds, waitSeconds }: Need & { waitSeconds: number },
  why: AppError,
): Promise<void> {
  const { connectDaemon } = await import('../connection/connection.ts')
  const daemon = await connectDaemon(context, output)
  const login = mfadCommand('login', name)
  output.note(`mfad: ${why.message}; waiting up to ${formatDuration(waitSeconds)} for: ${login}`)
  const program = waitingProgram()
  const body = { profile: name, leastSeconds, waitSeconds, ...(program === undefined ? {} : { program }) }
  await daemon.call<WaitAnswer>('POST', '/v1/wait', body, waitSeconds * 1000 + answerLimitMs)
}
