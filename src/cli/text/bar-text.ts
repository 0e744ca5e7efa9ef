// The status for the bars of desktops and terminals: the sessions that end first, and what there is besides.

import { groupProfiles, isActive, type StatusView } from '../../core/status-text/status-groups.ts'
import { styleOf } from '../../core/status-text/status-table.ts'
import { clean } from '../../core/text/clean.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import type { Paint } from '../../core/text/styles.ts'
import type { ProfileStatus, SessionState, Status } from '../../core/wire.ts'
import { localTime } from './local-time.ts'

export type BarFormat = 'line' | 'waybar' | 'xbar'

const mostOnLine = 3
const noSession = 'no AWS session'

/** As the bar takes it: one line, waybar's JSON, or the menu of xbar and SwiftBar. */
export function barText(
  format: BarFormat,
  status: Status,
  now: Date,
  paint: Paint,
  view: Pick<StatusView, 'hide' | 'isAll'>,
): string {
  const active = groupProfiles(status.profiles, view).shown.filter(isActive).toSorted(endsFirst)
  if (format === 'waybar') return waybar(active, now)
  return format === 'xbar' ? xbar(active, now) : line(active, paint)
}

function line(active: readonly ProfileStatus[], paint: Paint): string {
  if (active.length === 0) return noSession
  const shown = active.slice(0, mostOnLine).map((profile) => {
    const { state } = profile
    const text = textOf(profile)
    return state === 'valid' ? text : paint(styleOf[state], text)
  })
  const more = active.length - shown.length
  return `${shown.join(', ')}${more === 0 ? '' : ` +${more}`}`
}

/** https://github.com/Alexays/Waybar/wiki/Module:-Custom: on one line, and its texts are Pango's markup. */
function waybar(active: readonly ProfileStatus[], now: Date): string {
  const [first] = active
  const tooltip = active.map((profile) => `${textOf(profile)}${untilOf(profile, now)}`).join('\n')
  return JSON.stringify({
    text: markup(first === undefined ? noSession : shortLine(first, active.length - 1)),
    tooltip: markup(tooltip === '' ? noSession : tooltip),
    class: first?.state ?? 'inactive',
  })
}

const xbarColours: Readonly<Record<SessionState, string>> = {
  valid: 'green',
  expiring: 'orange',
  expired: 'red',
  inactive: 'gray',
  unmanaged: 'gray',
}

/** https://github.com/matryer/xbar-plugins/blob/main/CONTRIBUTING.md: what follows a `|` are parameters. */
function xbar(active: readonly ProfileStatus[], now: Date): string {
  const [first] = active
  if (first === undefined) return `${noSession} | color=gray`
  const item = (profile: ProfileStatus, text: string) =>
    `${text.replaceAll('|', '¦')} | color=${xbarColours[profile.state]}`
  const code = active.find(({ state, renews }) => state !== 'valid' && renews === 'by-code')
  return [
    item(first, shortLine(first, active.length - 1)),
    '---',
    ...active.map((profile) => item(profile, `${textOf(profile)}${untilOf(profile, now)}`)),
    ...(code === undefined ? [] : ['---', mfadCommand('login', code.profile).replaceAll('|', '¦')]),
  ].join('\n')
}

function shortLine(first: ProfileStatus, others: number): string {
  return `${textOf(first)}${others === 0 ? '' : ` +${others}`}`
}

/** `dev 3h12m`, as the prompt says it, or `dev expired`. */
function textOf({ profile, secondsLeft }: ProfileStatus): string {
  const name = clean(printable(profile, 40))
  if (secondsLeft === undefined || secondsLeft <= 0) return `${name} expired`
  const minutes = Math.floor(secondsLeft / 60)
  if (minutes === 0) return `${name} <1m`
  return minutes < 60 ? `${name} ${minutes}m` : `${name} ${Math.floor(minutes / 60)}h${minutes % 60}m`
}

function untilOf({ expiration, secondsLeft = 0 }: ProfileStatus, now: Date): string {
  return expiration === undefined || secondsLeft <= 0 ? '' : ` until ${localTime(new Date(expiration), now)}`
}

/** Those that renew by themselves are nobody's concern: they come after all others. */
function endsFirst(a: ProfileStatus, b: ProfileStatus): number {
  const isByItself = ({ renews, secondsLeft = 0 }: ProfileStatus) => renews === 'by-itself' && secondsLeft > 0
  return Number(isByItself(a)) - Number(isByItself(b)) || (a.secondsLeft ?? 0) - (b.secondsLeft ?? 0)
}

function markup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
