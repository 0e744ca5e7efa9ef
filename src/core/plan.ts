// When to remind of what: a pure function of the active sessions, what was already sent, and the time. A reminder's
// identity is its session and lead time, so that none can be sent twice.

export type ActiveSession = {
  profile: string
  accessKeyId: string
  expiration: Date
  /** How long the session lives in all, as far as known. */
  lifeSeconds: number
}

export type Reminder = {
  kind: 'expiring' | 'expired'
  profiles: string[]
  /** The earliest among them. */
  expiration: Date
}

export type ReminderPlan = {
  /** To be shown now, already merged: at most one of each kind. */
  due: Reminder[]
  /** What counts as sent once `due` is shown. */
  sent: string[]
  /** The instant of the next reminder, when nothing changes until then. */
  nextAt?: Date
}

type Moment = { id: string; session: ActiveSession; at: number; leadSeconds: number }

/** Sessions whose moments of the same lead time fall into one minute share a notification. */
const mergeWindowMs = 60_000

/**
 * What to remind of at `now`. A lead time longer than half the session's life is dropped; of several moments that have
 * passed for one session only the last is shown (a computer that slept hears of the expiration once).
 */
export function planReminders(
  sessions: readonly ActiveSession[],
  leadSeconds: readonly number[],
  alreadySent: ReadonlySet<string>,
  snoozedUntil: ReadonlyMap<string, Date>,
  now: Date,
): ReminderPlan {
  const moments = sessions.flatMap((session) => sessionMoments(session, leadSeconds))
  const open = moments
    .filter(({ id }) => !alreadySent.has(id))
    .map((moment) => afterSnooze(moment, snoozedUntil.get(moment.session.profile)))
  const passed = open.filter(({ at }) => at <= now.getTime())
  const isSnoozed = ({ profile }: ActiveSession) => (snoozedUntil.get(profile) ?? now) > now
  const passedLeads = new Set(passed.map((moment) => moment.leadSeconds))
  const isShown = ({ at, leadSeconds: lead, session }: Moment) =>
    at <= now.getTime() ||
    (at <= now.getTime() + mergeWindowMs && passedLeads.has(lead) && !isSnoozed(session))
  const shown = open.filter(isShown)
  const later = open.filter((moment) => !isShown(moment)).map(({ at }) => at)
  return {
    due: mergeReminders(shown, now),
    sent: shown.map(({ id }) => id),
    ...(later.length === 0 ? {} : { nextAt: new Date(later.reduce((a, b) => Math.min(a, b))) }),
  }
}

/** The identity of a reminder: which session, and how long before its end. */
function sessionMoments(session: ActiveSession, leadSeconds: readonly number[]): Moment[] {
  return leadSeconds
    .filter((lead) => lead <= session.lifeSeconds / 2)
    .map((lead) => ({
      id: `${session.accessKeyId} ${lead} ${session.profile}`,
      session,
      leadSeconds: lead,
      at: session.expiration.getTime() - lead * 1000,
    }))
}

function afterSnooze(moment: Moment, snoozedUntil: Date | undefined): Moment {
  return snoozedUntil === undefined ? moment : { ...moment, at: Math.max(moment.at, snoozedUntil.getTime()) }
}

/** One reminder for what expires and one for what has expired. */
function mergeReminders(moments: readonly Moment[], now: Date): Reminder[] {
  const byProfile = new Map(moments.map(({ session }) => [session.profile, session]))
  const hasExpired = ({ expiration }: ActiveSession) => expiration.getTime() <= now.getTime() + 1000
  const sessions = [...byProfile.values()]
  return [
    ...reminderOf('expired', sessions.filter(hasExpired)),
    ...reminderOf(
      'expiring',
      sessions.filter((session) => !hasExpired(session)),
    ),
  ]
}

function reminderOf(kind: Reminder['kind'], sessions: readonly ActiveSession[]): Reminder[] {
  if (sessions.length === 0) return []
  const expiration = new Date(
    sessions.map((session) => session.expiration.getTime()).reduce((a, b) => Math.min(a, b)),
  )
  return [{ kind, profiles: sessions.map(({ profile }) => profile), expiration }]
}
