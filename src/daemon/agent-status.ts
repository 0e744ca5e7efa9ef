// The agent's answer to `status`: what the files say, with what the agent remembers of its calls, snoozes and reminders.

import type { ErrorBody } from '../core/errors.ts'
import { nextStateAt } from '../core/profiles/session-state.ts'
import { buildStatus } from '../core/status.ts'
import { earliest } from '../core/time/instant.ts'
import type { Status, Warning } from '../core/wire.ts'
import type { Desktop } from '../edges/desktop/reminder.ts'
import { type AgentState, activeNow, clockOffsetOf, keptUntil, largestClockOffset } from './agent-state.ts'
import type { KnownFiles } from './files/known-files.ts'
import { currentSnoozes } from './reminders/snoozes.ts'

type Deps = {
  known: KnownFiles
  daemon: NonNullable<Status['daemon']>
  desktop: Pick<Desktop, 'warnings'>
  now(): Date
}

/** By profile: why its renewal without the user was given up, and what became of its session. `warnings`: the others. */
type Problems = {
  givenUp: ReadonlyMap<string, ErrorBody>
  sessionProblems: ReadonlyMap<string, ErrorBody>
  warnings: readonly Warning[]
}

export function agentStatus(
  { known, daemon, desktop, now }: Deps,
  state: AgentState,
  { givenUp, sessionProblems, warnings }: Problems,
): Status {
  return buildStatus(
    {
      version: daemon.version,
      daemon,
      files: known.files,
      profiles: known.profiles,
      reminderLeadSeconds: known.settings.reminderLeadSeconds,
      warnings: [
        ...known.warnings,
        ...orphanedProblems(known, sessionProblems),
        ...notifierWarnings(known, state),
        ...desktop.warnings(),
        ...warnings,
      ],
      clockOffsetSeconds: largestClockOffset(state),
      clockOffsetOf: (accessKeyId) => clockOffsetOf(state, accessKeyId),
      identities: state.identities,
      snoozedUntil: currentSnoozes(state.snoozedUntil, now()),
      lastErrors: new Map([...sessionProblems, ...currentErrors(state.lastErrors, now())]),
      givenUp,
      kept: keptUntil(known, state, now()),
    },
    now(),
  )
}

/** When it changes by time alone: a session expires, a snooze or what is worth saying for a while is over. */
export function statusChangesAt(
  { known, now }: Pick<Deps, 'known' | 'now'>,
  state: AgentState,
): Date | undefined {
  const untils = [...state.lastErrors.values()].map(({ until }) => until)
  return earliest(
    nextStateAt(activeNow(known, state), known.settings.reminderLeadSeconds, now()),
    ...currentSnoozes(state.snoozedUntil, now()).values(),
    ...untils.filter((until) => until !== undefined && until > now()),
  )
}

/** A profile that is gone has no line in the status, so the problem of its session is told as a warning. */
function orphanedProblems(known: KnownFiles, problems: Problems['sessionProblems']): Warning[] {
  const names = new Set(known.profiles.map(({ profile }) => profile))
  return [...problems].flatMap(([profile, problem]) =>
    names.has(profile) ? [] : [{ ...problem, file: known.files.credentials }],
  )
}

function notifierWarnings({ settings }: KnownFiles, { notifierWarning }: AgentState): Warning[] {
  return notifierWarning === undefined || settings.notify === 'none' ? [] : [notifierWarning]
}

/** Some errors are worth showing for a while only, such as a wrong code. */
function currentErrors(lastErrors: AgentState['lastErrors'], now: Date): ReadonlyMap<string, ErrorBody> {
  const current = [...lastErrors].filter(([, { until }]) => until === undefined || until > now)
  return new Map(current.map(([profile, { error }]) => [profile, error]))
}
