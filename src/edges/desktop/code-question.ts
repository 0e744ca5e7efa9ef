// Asks for a code until it was right, or there is no point in asking; and keeps those who ask in a queue.
import { setTimeout as pause } from 'node:timers/promises'
import type { CodeOutcome, Ended } from './reminder.ts'

/** `failure` is to be told: nobody sees otherwise why the dialog does not come again. */
export type Asked = { how: Ended; failure?: string }

/** A dialog that answers by itself, whatever it answers, must not be opened for ever, nor as fast as it can. */
const mostQuestions = 10
const leastMsBetween = 300

/** `ask` gets the reason for asking again, and answers what was typed; undefined where the user would not. */
export async function askForCode(
  ask: (reason: string | undefined) => Promise<string | undefined>,
  tokenCode: (code: string) => Promise<CodeOutcome>,
  withdraw: AbortSignal,
): Promise<Asked> {
  let reason: string | undefined
  for (let questions = 0; questions < mostQuestions; questions++) {
    const opened = performance.now()
    const typed = withdraw.aborted ? undefined : await ask(reason)
    if (withdraw.aborted) return { how: 'withdrawn' }
    if (typed === undefined) return { how: 'dismissed' }
    const outcome = await outcomeOf(typed, tokenCode)
    if (outcome.kind === 'done') return { how: 'answered' }
    if (outcome.kind === 'failed') return { how: 'answered', failure: outcome.message }
    reason = outcome.reason
    const restMs = leastMsBetween - (performance.now() - opened)
    if (restMs > 0) await pause(restMs, undefined, { signal: withdraw }).catch(() => undefined)
  }
  return { how: 'dismissed', failure: `gave up after ${mostQuestions} answers: ${reason}` }
}

/** What is no code goes no further: it may be a password, typed by mistake. */
async function outcomeOf(
  typed: string,
  tokenCode: (code: string) => Promise<CodeOutcome>,
): Promise<CodeOutcome> {
  const code = typed.replace(/\s/g, '')
  return /^\d{6}$/.test(code) ? tokenCode(code) : { kind: 'again', reason: 'a code has six digits' }
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
