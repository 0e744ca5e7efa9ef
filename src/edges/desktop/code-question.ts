// Asks for a code until it is accepted or asking again is of no use; and lets one dialog open at a time.
import { setTimeout as pause } from 'node:timers/promises'
import { steadyMs } from '../clock.ts'
import type { CodeOutcome, Ended } from './reminder.ts'

/** `failure` is for the user to read: why the code did not help, or why it is not asked for again. */
export type Asked = { how: Ended; failure?: string }

/** A dialog program that ends at once, whatever it prints, must be started neither for ever nor without a pause. */
const mostQuestions = 10
const leastMsBetween = 300

/**
 * `ask` gets the reason for asking again, if any, and resolves with what was typed; undefined where the user
 * cancelled.
 */
export async function askForCode(
  ask: (reason: string | undefined) => Promise<string | undefined>,
  tokenCode: (code: string) => Promise<CodeOutcome>,
  withdraw: AbortSignal,
): Promise<Asked> {
  let reason: string | undefined
  for (let questions = 0; questions < mostQuestions; questions++) {
    const opened = steadyMs()
    const typed = withdraw.aborted ? undefined : await ask(reason)
    if (withdraw.aborted) return { how: 'withdrawn' }
    if (typed === undefined) return { how: 'dismissed' }
    const outcome = await outcomeOf(typed, tokenCode)
    if (outcome.kind === 'done') return { how: 'answered' }
    if (outcome.kind === 'failed') return { how: 'answered', failure: outcome.message }
    reason = outcome.reason
    const restMs = leastMsBetween - (steadyMs() - opened)
    if (restMs > 0) await pause(restMs, undefined, { signal: withdraw }).catch(() => undefined)
  }
  return { how: 'dismissed', failure: `gave up after ${mostQuestions} answers: ${reason}` }
}

/** What is not a code goes no further: it may be a password that was typed by mistake. */
async function outcomeOf(
  typed: string,
  tokenCode: (code: string) => Promise<CodeOutcome>,
): Promise<CodeOutcome> {
  const code = typed.replace(/\s/g, '')
  return /^\d{6}$/.test(code) ? tokenCode(code) : { kind: 'again', reason: 'a code has six digits' }
}

/**
 * One dialog at a time: the others wait for their turn. `onWait` gets what the open dialog is about, as its `about`
 * says.
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
