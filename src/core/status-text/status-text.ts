// What `mfad status` says: the table, what is to be done next, what was left out, and what is wrong.

import { clean } from '../text/clean.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import type { Paint } from '../text/styles.ts'
import { wrap } from '../text/width.ts'
import { formatDuration } from '../time/duration.ts'
import { type LocalNow, localTime } from '../time/local-time.ts'
import type { ProfileStatus, Status, Warning } from '../wire.ts'
import { groupProfiles, isActive, restLine, type StatusView } from './status-groups.ts'
import { renewalSign, tableLines } from './status-table.ts'

/** Besides the table: the rest line, a hint, an empty line, and the prompt that follows. */
const linesBeside = 4
const mostFoldedLines = 4

/** What `mfad status` prints. */
export function statusText(status: Status, now: LocalNow, paint: Paint, view: StatusView = {}): string {
  // Nothing can be read of a file that is broken: it need not be empty.
  const isBroken = status.profiles.length === 0 && status.warnings.some(({ file }) => file !== undefined)
  const warnings = warningLines(status, paint, view)
  const rows = (view.rows ?? Number.POSITIVE_INFINITY) - warnings.length
  const table = isBroken ? '' : profileText(status, now, paint, { ...view, rows })
  return [table, warnings.join('\n')].filter((part) => part !== '').join('\n\n')
}

function profileText(status: Status, now: LocalNow, paint: Paint, view: StatusView): string {
  const { profiles, daemon } = status
  if (profiles.length === 0) return 'no profiles yet\n  → mfad setup'
  const groups = groupProfiles(profiles, view)
  const whole = withNotes(groups.shown, now, paint, view)
  const isTooLong = whole.length + linesBeside > (view.rows ?? Number.POSITIVE_INFINITY)
  const firm = groups.shown.filter(({ state }) => state !== 'inactive')
  const table =
    isTooLong && view.isAll !== true
      ? [...withNotes(firm, now, paint, view), ...foldedLines(groups.shown, view)]
      : whole
  const below = [...nextSteps(groups.shown, daemon !== null), restLine(groups)].filter((line) => line !== '')
  const legend = table.some((line) => line.endsWith(renewalSign)) ? [`${renewalSign} renews by itself`] : []
  const lines = [...below, ...legend].flatMap((line) => fitted(line, view))
  return [...table, ...lines.map((line) => paint('dim', line))].join('\n')
}

function withNotes(
  profiles: readonly ProfileStatus[],
  now: LocalNow,
  paint: Paint,
  view: StatusView,
): string[] {
  if (profiles.length === 0) return []
  const [heads = '', ...lines] = tableLines(profiles, now, paint, view.columns)
  const notes = profiles.map((profile) => noteLines(profile, now, view).map((note) => paint('dim', note)))
  return [heads, ...lines.flatMap((line, index) => [line, ...(notes[index] ?? [])])]
}

/** The profiles without a session, by their names alone. */
function foldedLines(profiles: readonly ProfileStatus[], view: StatusView): string[] {
  const inactive = profiles.filter(({ state }) => state === 'inactive')
  const isReady = ({ reason }: ProfileStatus) => reason === undefined
  return [
    ...nameLines('inactive', inactive.filter(isReady), view),
    ...nameLines(
      'cannot be logged in (mfad status PROFILE says why)',
      inactive.filter((p) => !isReady(p)),
      view,
    ),
  ]
}

function nameLines(title: string, profiles: readonly ProfileStatus[], view: StatusView): string[] {
  if (profiles.length === 0) return []
  const names = profiles.map(({ profile }) => printable(profile))
  const linesOf = (count: number) => {
    const more = names.length - count
    return fitted(
      `${title}: ${names.slice(0, count).join(', ')}${more === 0 ? '' : `, and ${more} more: mfad status --all`}`,
      { ...view, wraps: true },
    )
  }
  const fits = (count: number) => linesOf(count).length <= mostFoldedLines
  const count = fits(names.length) ? names.length : greatest(names.length, fits)
  return count === 0 ? [`${title}: ${names.length} profiles: mfad status --all`] : linesOf(count)
}

/** The greatest number below `end` that fits, where every smaller one does, too; else 0. */
function greatest(end: number, fits: (count: number) => boolean): number {
  let [least, tooMany] = [0, end]
  while (tooMany - least > 1) {
    const middle = Math.floor((least + tooMany) / 2)
    if (fits(middle)) least = middle
    else tooMany = middle
  }
  return least
}

function noteLines(profile: ProfileStatus, now: LocalNow, view: StatusView): string[] {
  const { state, reason, lastError, snoozedUntil, kind } = profile
  if (reason === undefined && lastError === undefined && snoozedUntil === undefined) return []
  const notes: string[] = []
  if (reason !== undefined && (kind === 'key' || state !== 'inactive' || view.isAll === true))
    notes.push(reason)
  if (lastError !== undefined) notes.push(...lastError.message.split('\n'), `    → ${lastError.hint}`)
  if (snoozedUntil !== undefined) notes.push(`snoozed until ${localTime(new Date(snoozedUntil), now)}`)
  return notes.flatMap((note) => note.split('\n')).flatMap((note) => fitted(`  ${note}`, view))
}

/**
 * What to do about the sessions that have expired, device by device, since one code serves all of its profiles; and how to
 * begin where nothing is active: with a login where the daemon `isRunning`, else with setup, which starts it.
 */
function nextSteps(profiles: readonly ProfileStatus[], isRunning: boolean): string[] {
  const devices = new Map<string, ProfileStatus[]>()
  for (const profile of profiles) {
    const { state, lastError, reason, serialNumber } = profile
    if (state !== 'expired' || lastError !== undefined || reason !== undefined) continue
    const device = serialNumber ?? `of ${profile.profile}`
    devices.set(device, [...(devices.get(device) ?? []), profile])
  }
  const steps = [...devices.values()].map((group) => {
    const first = group.find(({ kind }) => kind === 'key') ?? group[0]
    const others = group.length - 1
    const also = others === 0 ? '' : ` (its code renews ${others} more)`
    return `  → ${mfadCommand('login', first?.profile ?? '')}${also}`
  })
  if (profiles.some(isActive)) return steps
  const ready = profiles.find(({ state, reason, kind }) => {
    return state === 'inactive' && reason === undefined && (kind === 'key' || kind === 'role')
  })
  const begin = isRunning ? 'login' : 'setup'
  return ready === undefined ? steps : [...steps, `  → ${mfadCommand(begin, ready.profile)}`]
}

/** The later lines are as far in as the first. */
function fitted(text: string, { columns, wraps }: StatusView): string[] {
  if (columns === undefined || wraps !== true) return [text]
  const indent = /^ */.exec(text)?.[0] ?? ''
  return wrap(text.slice(indent.length), Math.max(10, columns - indent.length))
    .split('\n')
    .map((line) => indent + line)
}

function warningLines({ warnings, clockOffsetSeconds }: Status, paint: Paint, view: StatusView): string[] {
  const texts = warnings.map((warning) => `${warningPlace(warning)}${warning.message}\n  → ${warning.hint}`)
  if (clockOffsetSeconds !== undefined) {
    const direction = clockOffsetSeconds > 0 ? 'behind' : 'ahead of'
    texts.push(`this clock is ${formatDuration(Math.abs(clockOffsetSeconds))} ${direction} that of AWS`)
  }
  return texts
    .flatMap((text) => clean(`warning: ${text}`).split('\n'))
    .flatMap((line) => fitted(line, view))
    .map((line) => line.replace(/^warning:/, (word) => paint('yellow', word)))
}

function warningPlace({ file, line }: Warning): string {
  if (file === undefined || line === undefined) return ''
  return `${file}:${line}: `
}
