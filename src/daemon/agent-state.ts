// All that the agent remembers. Everything else is derived from the files; losing this costs one repeated reminder.
import type { ErrorBody } from '../core/errors.ts'
import type { UsedCode } from '../core/login/token-code.ts'
import type { Told } from '../core/plan/reminder-plan.ts'
import type { Attempt } from '../core/plan/renewal-plan.ts'
import type { Warning } from '../core/wire.ts'

export type AgentState = {
  usedCodes: UsedCode[]
  /** The IAM user behind an access key id, as GetCallerIdentity said. */
  identities: Map<string, string>
  /** By profile: why the last call for it failed, and until when that is worth saying. */
  lastErrors: Map<string, { error: ErrorBody; until?: Date }>
  /** By profile. */
  snoozedUntil: Map<string, Date>
  /** The reminders shown; see planReminders. */
  told: Told
  /** What became of the renewals that nobody asked for; see planRenewals. */
  attempts: Map<string, Attempt>
  /** By the access key id of a session: how long it lives in all. Known only for those issued to this process. */
  lifeSeconds: Map<string, number>
  /** STS's clock minus ours, from its last answer. */
  clockOffsetSeconds: number
  /** Why the last notification could not be shown. */
  notifierWarning?: Warning
}

/** Of sessions that ended long ago nobody asks any more. */
const mostLives = 1000

export function rememberLife({ lifeSeconds }: AgentState, accessKeyId: string, seconds: number): void {
  lifeSeconds.set(accessKeyId, seconds)
  const [oldest] = lifeSeconds.keys()
  if (lifeSeconds.size > mostLives && oldest !== undefined) lifeSeconds.delete(oldest)
}

export function createAgentState(): AgentState {
  return {
    usedCodes: [],
    identities: new Map(),
    lastErrors: new Map(),
    snoozedUntil: new Map(),
    told: new Map(),
    attempts: new Map(),
    lifeSeconds: new Map(),
    clockOffsetSeconds: 0,
  }
}

/** The time on STS's clock, on which expirations are stated. */
export function stsNow({ state, now }: { state: AgentState; now(): Date }): Date {
  return new Date(now().getTime() + state.clockOffsetSeconds * 1000)
}
