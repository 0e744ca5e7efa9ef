// A test reminder, about no profile: can it be shown, and does its answer come back?
import type { NotifyTestAnswer } from '../../core/wire.ts'
import type { Desktop, Ended, ReminderRequest, Respond } from '../../edges/desktop/reminder.ts'

const answers: Readonly<Record<Ended, NotifyTestAnswer['answer']>> = {
  answered: 'code',
  snoozed: 'snooze',
  dismissed: 'dismissed',
  withdrawn: 'none',
  'no-answer-possible': 'none',
}

/**
 * Shows it, waits up to `waitMs` for an answer, and takes it away again. Any six digits will do: they go nowhere.
 * Rejects where it could not be shown. Where notify_command fails, it answers that at once.
 */
export async function testReminder(
  { remind }: Pick<Desktop, 'remind'>,
  waitMs: number,
  now: Date,
  stopping: AbortSignal,
): Promise<NotifyTestAnswer> {
  const timeUp = new AbortController()
  const withdraw = AbortSignal.any([timeUp.signal, stopping])
  const reminded = await remind(testRequest(now), anyAnswer, withdraw)
  const { way, ended, hasButtons = false, dialog, noDialog, command } = reminded
  const shown = {
    shown: true,
    way,
    buttons: hasButtons,
    ...(dialog === undefined ? {} : { dialog }),
    ...(noDialog === undefined ? {} : { noDialog }),
  }
  // It may reject while nobody waits for it yet.
  ended.catch(() => undefined)
  const timer = waitMs === 0 ? undefined : setTimeout(() => timeUp.abort(), waitMs)
  try {
    const error = await command
    if (error !== undefined) {
      timeUp.abort()
      return { ...shown, shown: false, error }
    }
    // No answer is waited for: it stays on the screen to be seen.
    if (waitMs === 0) return shown
    return { ...shown, answer: answers[await ended] ?? 'none' }
  } finally {
    clearTimeout(timer)
  }
}

/** Takes every answer, and does nothing with it. */
export const anyAnswer: Respond = {
  asking: () => undefined,
  tokenCode: async () => ({ kind: 'done' }),
  snooze: () => undefined,
}

function testRequest(now: Date): ReminderRequest {
  return {
    notification: {
      title: 'mfad: this is a test',
      body: 'Reminders look like this one.',
      isUrgent: false,
    },
    question: () => 'this is a test\nAny six digits will do: they are sent nowhere.',
    kind: 'expiring',
    profiles: [],
    expiration: now,
    canAnswer: true,
  }
}
