// The session that a command needs: out of the file, and where there is too little of it, after a wait for its user.
import { AppError } from '../../core/errors.ts'
import type { Context } from '../connection/context.ts'
import { type LiveSession, sessionFromFile } from '../connection/file-credentials.ts'
import type { Output } from '../terminal/output.ts'

export type Need = {
  name: string
  leastSeconds: number
  /** Undefined: nobody is waited for. */
  waitSeconds: number | undefined
  /** Is it to be renewed where that needs no code? A wait does so anyway. */
  renews?: boolean
}

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
    const { renew, waitForSession } = await import('./session-wait.ts')
    if (waitSeconds !== undefined) await waitForSession(context, output, { ...need, waitSeconds }, error)
    else if (!renews || !(await renew(context, output, name))) throw error
    return sessionFromFile(context, output, name, leastSeconds)
  }
}
