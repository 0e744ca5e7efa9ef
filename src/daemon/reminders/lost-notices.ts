// Says once on the desktop that a live session is gone from the file. There is nothing to answer, and nothing to withdraw:
// what has happened stays true.

import { type ErrorBody, messageOf } from '../../core/errors.ts'
import type { ReminderRules } from '../../core/plan/reminder-plan.ts'
import { lostText } from '../../core/plan/reminder-text.ts'
import type { SeenSession } from '../../core/profiles/seen-sessions.ts'
import { afterQuietHours } from '../../core/time/quiet-hours.ts'
import type { Desktop } from '../../edges/desktop/reminder.ts'
import type { Log } from '../../edges/logger.ts'
import { anyAnswer } from './notify-test.ts'

export type LostNoticesDeps = { desktop: Desktop; log: Log; isSilent(): boolean }

export type LostNotices = {
  add(session: SeenSession, problem: ErrorBody): void
  /** Looks at the clock, and shows what was added unless it is quiet hours; answers when those end. */
  look(rules: Pick<ReminderRules, 'quietHours' | 'utcOffset'>, now: Date): Date | undefined
  close(): void
}

/** Where another file was put in the place of ours, all sessions are gone at once: a few notices are enough. */
const mostNotices = 3

export function createLostNotices({ desktop, log, isSilent }: LostNoticesDeps): LostNotices {
  const closing = new AbortController()
  let waiting: { session: SeenSession; problem: ErrorBody }[] = []

  const show = async ({ session, problem }: (typeof waiting)[number]) => {
    const { profile, expiration } = session
    try {
      const { ended } = await desktop.remind(
        {
          notification: lostText(profile, problem),
          question: () => '',
          kind: 'expired',
          profiles: [profile],
          expiration,
          canAnswer: false,
        },
        anyAnswer,
        closing.signal,
      )
      await ended
    } catch (error) {
      log.warn({ profile, problem: messageOf(error) }, 'the notice of a lost session could not be shown')
    }
  }

  return {
    add(session, problem) {
      waiting.push({ session, problem })
    },
    look({ quietHours, utcOffset }, now) {
      if (waiting.length === 0) return undefined
      const quietUntil = afterQuietHours(now, quietHours, utcOffset)
      if (quietUntil > now) return quietUntil
      const due = waiting
      waiting = []
      if (!isSilent()) for (const each of due.slice(0, mostNotices)) void show(each)
      return undefined
    },
    close: () => closing.abort(),
  }
}
