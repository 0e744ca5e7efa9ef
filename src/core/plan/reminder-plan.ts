// When to remind of what: a pure function of the active sessions, of what was told before, and of the time.
//
// A reminder is due for a session at each lead time before its expiration. Remembered of each session is the shortest
// lead time that was told, and only a shorter one can follow. For one that expires at 10:00, with the lead times 10 min
// and 0:
//
//     09:50  10 min is told          remembered: 600
//     09:52  the settings get 15 min too: nothing, as 900 is not shorter
//     09:55  the clock is set back to 09:48, and shows 09:50 again: nothing
//     10:00  the expiration is told  remembered: 0, so nothing more follows
//
// One exception: what a clock that was ahead had told too early is told again at its time.
import { afterQuietHours, type QuietHours, type UtcOffset } from '../time/quiet-hours.ts'
import { type ActiveSession, hasExpired, sessionId } from './active-sessions.ts'

export type Reminder = {
  /** `expired` where at least one session has expired. */
  kind: 'expiring' | 'expired'
  sessions: ActiveSession[]
  /** The earliest among them. */
  expiration: Date
}

/**
 * By session: the shortest lead time that was told, in seconds. Infinite for a session that was seen and not told of
 * yet; `allSaid` or `abandoned` for one of which nothing more will be told.
 */
export type Told = ReadonlyMap<string, number>

/** Shorter than any lead time. */
const allSaid = -1
/**
 * The same for a session that had long expired when it was first seen. Undone when our clock is set back so far that it no
 * longer has: the clock was ahead.
 */
const abandoned = -2

export type ReminderRules = {
  leadSeconds: readonly number[]
  quietHours: QuietHours | undefined
  utcOffset: UtcOffset
  /** By profile. */
  snoozedUntil: ReadonlyMap<string, Date>
}

export type ReminderPlan = {
  /** To be shown now, as one notification. */
  due?: Reminder
  /** What counts as told once `due` is shown. */
  told: Told
  /** The instant of the next reminder, should nothing change until then. */
  nextAt?: Date
}

/**
 * `rawAt` is the lead time before the expiration; `at` is after what holds it back: snooze, quiet hours. In
 * milliseconds.
 */
type Moment = { session: ActiveSession; leadSeconds: number; rawAt: number; at: number }

/** Reminders that would come within a minute of one another are one. */
const mergeWindowMs = 60_000
/** One code renews all sessions of a device, so what they would be reminded of soon is told with it. */
const deviceWindowMs = 5 * 60_000
/**
 * A session that had expired this long ago when it was first seen counts as abandoned, and is not told of. It is more
 * than a long weekend: a daemon that starts on Tuesday still tells of what expired on Saturday.
 */
const abandonedMs = 72 * 3600_000
const mostRemembered = 1000

/**
 * What to remind of at `now`. A lead time longer than half of the session's life is dropped. Of several lead times
 * that have passed for one session, only the last is told: a computer that slept through both is told once that the
 * session has expired. What falls into quiet hours or a snooze is told when those are over.
 */
export function planReminders(
  sessions: readonly ActiveSession[],
  rules: ReminderRules,
  before: Told,
  now: Date,
): ReminderPlan {
  const told = withNewSessions(before, sessions, now)
  const moments = sessions.flatMap((session) => momentsOf(session, rules, told, now))
  const shown = momentsToShow(moments, rules, now)
  for (const { session, leadSeconds } of shown) {
    const id = sessionId(session)
    told.set(id, Math.min(leadSeconds, told.get(id) ?? leadSeconds))
  }
  const later = moments.filter(
    ({ session, leadSeconds }) => leadSeconds < (told.get(sessionId(session)) ?? 0),
  )
  const due = mergeReminders(shown, now)
  return {
    told,
    ...(due === undefined ? {} : { due }),
    ...(later.length === 0
      ? {}
      : { nextAt: new Date(later.map(({ at }) => at).reduce((a, b) => Math.min(a, b))) }),
  }
}

/** `told` with these sessions as they were `before` the reminder was shown, so that it comes again. */
export function untold(told: Told, before: Told, reminder: Reminder): Told {
  const ids = reminder.sessions.map(sessionId)
  return new Map([...told, ...ids.map((id) => [id, before.get(id) ?? Number.POSITIVE_INFINITY] as const)])
}

/** `told` with nothing more to be told of these sessions. */
export function allTold(told: Told, sessions: readonly ActiveSession[]): Told {
  return new Map([...told, ...sessions.map((session) => [sessionId(session), allSaid] as const)])
}

/** Whether nothing more will be told of a session. */
export function isAllTold(told: Told, session: ActiveSession): boolean {
  return (told.get(sessionId(session)) ?? 0) < 0
}

/** The lead times that apply to a session, in seconds. */
export function applicableLeads(leadSeconds: readonly number[], lifeSeconds: number): number[] {
  return leadSeconds.filter((lead) => lead <= lifeSeconds / 2)
}

/**
 * Sessions that are gone from the file need not be remembered; but the whole file may be gone for a moment while an
 * editor saves it, and its reminders must not be shown again then. So nothing is forgotten until there is a lot of it.
 */
function withNewSessions(before: Told, sessions: readonly ActiveSession[], now: Date): Map<string, number> {
  const present = new Set(sessions.map(sessionId))
  const kept = before.size <= mostRemembered ? [...before] : [...before].filter(([id]) => present.has(id))
  const told = new Map(kept)
  for (const session of sessions) {
    const isAbandoned = session.expiration.getTime() < now.getTime() - abandonedMs
    const id = sessionId(session)
    const known = told.get(id)
    if (known === undefined && isAbandoned) told.set(id, abandoned)
    else if (known === undefined || (known === abandoned ? !isAbandoned : isTooEarly(session, known, now)))
      told.set(id, Number.POSITIVE_INFINITY)
  }
  return told
}

/**
 * Was our clock set back after this was told? Then it was told more than 5 min early; a reminder that was merged with
 * another one never is.
 */
function isTooEarly({ expiration }: ActiveSession, leadSeconds: number, now: Date): boolean {
  return leadSeconds >= 0 && expiration.getTime() - leadSeconds * 1000 > now.getTime() + deviceWindowMs
}

/** The reminders of one session that are due or still to come. */
function momentsOf(session: ActiveSession, rules: ReminderRules, told: Told, now: Date): Moment[] {
  const { quietHours, utcOffset, snoozedUntil, leadSeconds } = rules
  const shortest = told.get(sessionId(session)) ?? Number.POSITIVE_INFINITY
  const notBefore = Math.max(
    now.getTime(),
    session.tellFrom?.getTime() ?? Number.NEGATIVE_INFINITY,
    snoozedUntil.get(session.profile)?.getTime() ?? Number.NEGATIVE_INFINITY,
  )
  return applicableLeads(leadSeconds, session.lifeSeconds)
    .filter((lead) => lead < shortest)
    .map((lead) => {
      const rawAt = session.expiration.getTime() - lead * 1000
      const at = afterQuietHours(new Date(Math.max(rawAt, notBefore)), quietHours, utcOffset).getTime()
      return { session, leadSeconds: lead, rawAt, at }
    })
}

/**
 * What is due, and with it what each of the other sessions has next, where that is near and not held back. Only what is
 * next: with the lead times 20 s and 0 s, a that expires at 10:00:00 and b at 10:00:01 make one reminder at 09:59:40.
 * Both moments of b are within the minute; were both merged into it, nothing would ever tell that b has expired.
 */
function momentsToShow(moments: readonly Moment[], { snoozedUntil }: ReminderRules, now: Date): Moment[] {
  const due = moments.filter(({ at }) => at <= now.getTime())
  if (due.length === 0) return []
  const dueIds = new Set(due.map(({ session }) => sessionId(session)))
  const dueOfDevice = new Set(due.map(({ session, leadSeconds }) => `${session.device} ${leadSeconds}`))
  const isNear = ({ session, leadSeconds, rawAt }: Moment) => {
    const isOfDueDevice = dueOfDevice.has(`${session.device} ${leadSeconds}`)
    return rawAt <= now.getTime() + (isOfDueDevice ? deviceWindowMs : mergeWindowMs)
  }
  const isHeld = ({ session }: Moment) =>
    (snoozedUntil.get(session.profile) ?? now) > now || (session.tellFrom ?? now) > now
  const next = firstOfEach(moments.filter(({ session }) => !dueIds.has(sessionId(session))))
  return [...due, ...next.filter((moment) => isNear(moment) && !isHeld(moment))]
}

/** Of each session the moment with its longest lead time, which comes first. */
function firstOfEach(moments: readonly Moment[]): Moment[] {
  const first = new Map<string, Moment>()
  for (const moment of moments) {
    const id = sessionId(moment.session)
    if (moment.leadSeconds > (first.get(id)?.leadSeconds ?? Number.NEGATIVE_INFINITY)) first.set(id, moment)
  }
  return [...first.values()]
}

function mergeReminders(moments: readonly Moment[], now: Date): Reminder | undefined {
  const sessions = [...new Set(moments.map(({ session }) => session))].sort(
    (a, b) => a.expiration.getTime() - b.expiration.getTime(),
  )
  const [earliest] = sessions
  if (earliest === undefined) return undefined
  const kind = hasExpired(earliest, now) ? 'expired' : 'expiring'
  return { kind, sessions, expiration: earliest.expiration }
}
