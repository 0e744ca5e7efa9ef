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
  /** Is it to be renewed where that needs no code? A wait does so anyway. */
  renews?: boolean
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
  const { name, leastSeconds, waitSeconds, renews } = need
  try {
    return await sessionFromFile(context, output, name, leastSeconds)
  } catch (error) {
    if (!(error instanceof AppError) || !waitable.has(error.code)) throw error
    if (waitSeconds !== undefined) await waitForSession(context, output, { ...need, waitSeconds }, error)
    else if (!renews || !(await renew(context, output, name))) throw error
    return sessionFromFile(context, output, name, leastSeconds)
  }
}

/** False where it could not be renewed, for whatever reason: then what is in the file is what counts. */
async function renew(context: Context, output: Output, profile: string): Promise<boolean> {
  const { connectOwnDaemon } = await import('../connection/connection.ts')
  try {
    await (await connectOwnDaemon(context, output)).call('POST', '/v1/renew', { profile })
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

async function waitForSession(
  context: Context,
  output: Output,
  { name, leastSeconds, waitSeconds }: Need & { waitSeconds: number },
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
