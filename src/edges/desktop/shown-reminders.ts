// The reminders that are on the desktop now. A new one replaces an earlier one when it is about all the profiles of
// that one.
import { type Backend, withdrawn } from './reminder.ts'

type ShownReminder = { profiles: readonly string[]; withdrawal: AbortController; isAsking: boolean }

export type ShownReminders = {
  /** As Desktop.remind. */
  show: Backend['show']
  /** Resolves when all have ended, including those that are about to be shown. */
  ended(): Promise<void>
}

export function createShownReminders(backend: Backend, closing: AbortSignal): ShownReminders {
  const shown = new Set<ShownReminder>()
  const running = new Set<Promise<unknown>>()

  const follow = (job: Promise<unknown>) => {
    running.add(job)
    void job.then(() => running.delete(job))
  }

  /** A dialog that may be typed into stays. */
  const replaceEarlier = (profiles: readonly string[]) => {
    for (const earlier of shown) {
      if (isCovered(earlier.profiles, profiles) && !earlier.isAsking) earlier.withdrawal.abort()
    }
  }

  const show: Backend['show'] = async (request, respond, withdraw) => {
    replaceEarlier(request.profiles)
    const entry = { profiles: request.profiles, withdrawal: new AbortController(), isAsking: false }
    const signal = AbortSignal.any([withdraw, entry.withdrawal.signal, closing])
    const asking = () => {
      entry.isAsking = true
      respond.asking()
    }
    shown.add(entry)
    try {
      const reminded = await backend.show(request, { ...respond, asking }, signal)
      follow(reminded.ended.catch(() => undefined).then(() => shown.delete(entry)))
      return reminded
    } catch (error) {
      shown.delete(entry)
      if (signal.aborted) return withdrawn()
      throw error
    }
  }

  return {
    show(...reminder) {
      const showing = show(...reminder)
      follow(showing.catch(() => undefined))
      return showing
    },
    async ended() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

function isCovered(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.length === 0 ? later.length === 0 : earlier.every((profile) => later.includes(profile))
}
