// The reminders that are on the desktop now. A new one takes the place of an earlier one about the same profiles.
import type { Backend, Reminded, ReminderRequest, Respond } from './reminder.ts'

type ShownReminder = { profiles: readonly string[]; withdrawal: AbortController; isAsking: boolean }

export type ShownReminders = {
  /** As Desktop.remind. */
  show(request: ReminderRequest, respond: Respond, withdraw: AbortSignal): Promise<Reminded>
  /** Resolves when each has ended. */
  ended(): Promise<void>
}

export function createShownReminders(backend: Backend, closing: AbortSignal): ShownReminders {
  const shown = new Set<ShownReminder>()
  const running = new Set<Promise<unknown>>()

  /** What an earlier one says about the time left is no longer true. A dialog that is being typed into stays. */
  const replaceEarlier = (profiles: readonly string[]) => {
    for (const earlier of shown) {
      if (isCovered(earlier.profiles, profiles) && !earlier.isAsking) earlier.withdrawal.abort()
    }
  }

  return {
    async show(request, respond, withdraw) {
      replaceEarlier(request.profiles)
      const entry = { profiles: request.profiles, withdrawal: new AbortController(), isAsking: false }
      const signal = AbortSignal.any([withdraw, entry.withdrawal.signal, closing])
      const onAsking = () => {
        entry.isAsking = true
      }
      shown.add(entry)
      try {
        const reminded = await backend.show(request, respond, signal, onAsking)
        const ended = reminded.ended.catch(() => undefined)
        running.add(ended)
        void ended.then(() => {
          shown.delete(entry)
          running.delete(ended)
        })
        return reminded
      } catch (error) {
        shown.delete(entry)
        throw error
      }
    },
    async ended() {
      await Promise.all(running)
    },
  }
}

function isCovered(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.length === 0 ? later.length === 0 : earlier.every((profile) => later.includes(profile))
}
