// A daemon, its user and their clock in months that pass at once: it looks when something happens and at the instant that
// the plan asked for, as the real one does.

import type { ActiveSession } from '../../src/core/plan/active-sessions.ts'
import { planReminders, type ReminderRules, type Told } from '../../src/core/plan/reminder-plan.ts'
import { activeSession, serialOf } from './sessions.ts'

export type Telling = { atMs: number; kind: string; sessions: ActiveSession[] }

export class Simulation {
  /** What our own clock shows. */
  nowMs: number
  rules: ReminderRules
  readonly shown: Telling[] = []
  readonly active = new Map<string, ActiveSession>()
  /** Called after every look. */
  onLook: () => void = () => undefined
  private told: Told = new Map()
  private issued = 0
  private nextAtMs = Number.POSITIVE_INFINITY
  private readonly snoozedUntil = new Map<string, Date>()

  constructor(start: string, rules: Partial<ReminderRules> = {}) {
    this.nowMs = Date.parse(start)
    this.rules = {
      leadSeconds: [600, 0],
      quietHours: undefined,
      utcOffset: () => 0,
      snoozedUntil: this.snoozedUntil,
      ...rules,
    }
  }

  /** One code on the device of `user`: a session for each of the profiles. */
  login(user: string, profiles: readonly string[], lifeSeconds = 43_200): void {
    this.issued += 1
    const expiration = new Date(this.nowMs + lifeSeconds * 1000)
    for (const profile of profiles) {
      this.snoozedUntil.delete(profile)
      const keys = { accessKeyId: `ASIA${this.issued}`, device: serialOf(user), lifeSeconds }
      this.active.set(profile, activeSession(profile, expiration, keys))
    }
    this.look()
  }

  logout(profile: string): void {
    this.active.delete(profile)
    this.look()
  }

  snooze(profile: string, seconds: number): void {
    this.snoozedUntil.set(profile, new Date(this.nowMs + seconds * 1000))
    this.look()
  }

  snoozeEnd(profile: string): number {
    return this.snoozedUntil.get(profile)?.getTime() ?? Number.NEGATIVE_INFINITY
  }

  /** Awake until the clock shows this. */
  wakeUntil(endMs: number): void {
    while (this.nextAtMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.nextAtMs)
      this.look()
    }
    this.nowMs = endMs
    this.look()
  }

  /** Asleep, or the clock is set: nothing runs in between. */
  jumpTo(ms: number): void {
    this.nowMs = ms
    this.look()
  }

  /** Nothing ran until then, and what was told is forgotten. */
  restartAt(ms: number): void {
    this.nowMs = ms
    this.told = new Map()
    this.snoozedUntil.clear()
    this.look()
  }

  look(): void {
    const plan = planReminders([...this.active.values()], this.rules, this.told, new Date(this.nowMs))
    this.told = plan.told
    if (plan.due !== undefined)
      this.shown.push({ atMs: this.nowMs, kind: plan.due.kind, sessions: plan.due.sessions })
    this.nextAtMs = plan.nextAt?.getTime() ?? Number.POSITIVE_INFINITY
    this.onLook()
  }

  /** `Mon 08:30 expired dev` by UTC, or by the rules' own calendar. */
  diary(): string[] {
    return this.shown.map(({ atMs, kind, sessions }) => {
      const wall = new Date(atMs + this.rules.utcOffset(new Date(atMs)) * 60_000)
      const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][wall.getUTCDay()]
      return `${day} ${wall.toISOString().slice(11, 16)} ${kind} ${sessions.map(({ profile }) => profile).join(' ')}`
    })
  }
}
