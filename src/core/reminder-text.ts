// The words of a notification. The title begins with our own word, so that no profile's name can be taken for an option.
import { formatDuration } from './duration.ts'
import type { Reminder } from './plan.ts'
import { printable } from './printable.ts'
import { isPortableName } from './session-section.ts'

export type Notification = { title: string; body: string; isUrgent: boolean }

const shownNames = 3

/** Title: which profiles and how long they have left. Body: the command to run. */
export function reminderText({ kind, profiles, expiration }: Reminder, now: Date): Notification {
  const names = listNames(profiles.map(printable))
  const verb = profiles.length === 1 ? 'expires' : 'expire'
  const left = Math.max(0, Math.round((expiration.getTime() - now.getTime()) / 1000))
  return {
    title:
      kind === 'expired'
        ? `mfad: ${names} ${profiles.length === 1 ? 'has' : 'have'} expired`
        : `mfad: ${names} ${verb} in ${formatDuration(left >= 90 ? Math.round(left / 60) * 60 : left)}`,
    body: `Run: mfad login ${profiles.find(isPortableName) ?? ''}`.trimEnd(),
    isUrgent: kind === 'expired',
  }
}

function listNames(profiles: readonly string[]): string {
  const shown = profiles.slice(0, shownNames)
  const more = profiles.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  return shown.length === 1 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`
}
