// Asks for a code until it was right, or there is no point in asking; and keeps those who ask in a queue.
import type { CodeOutcome, Reminded } from './reminder.ts'

export type Asked = { how: Awaited<Reminded['ended']>; failure?: string }

/** `ask` gets the reason for asking again, and answers what was typed; undefined where the user would not. */
export async function askForCode(
  ask: (reason: string | undefined) => Promise<string | undefined>,
  tokenCode: (code: string) => Promise<CodeOutcome>,
  withdraw: AbortSignal,
): Promise<Asked> {
  let reason: string | undefined
  while (!withdraw.aborted) {
    const typed = await ask(reason)
    if (withdraw.aborted) break
    if (typed === undefined) return { how: 'dismissed' }
    const code = typed.replace(/\s/g, '')
    if (!/^\d{6}$/.test(code)) {
      reason = 'a code has six digits'
      continue
    }
    const outcome = await tokenCode(code)
    if (outcome.kind === 'done') return { how: 'answered' }
    if (outcome.kind === 'failed') return { how: 'answered', failure: outcome.message }
    reason = outcome.reason
  }
  return { how: 'withdrawn' }
}

/**
 * One dialog at a time: the others wait for their turn. `onWait` is called with what the open one is about, where it has
 * said so.
 */
export function createTurns(): <T>(
  dialog: () => Promise<T>,
  about?: () => string | undefined,
  onWait?: (openOne: string) => void,
) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  let open: string | undefined
  return (dialog, about, onWait) => {
    if (open !== undefined) onWait?.(open)
    const turn = last.then(() => {
      open = about?.()
      return dialog()
    })
    last = turn
      .catch(() => undefined)
      .then(() => {
        open = undefined
      })
    return turn
  }
}
