// Which profiles `mfad status` has a line for, in which order, and how it sums up the others.
import type { ProfileStatus, SessionState } from '../wire.ts'

/** What fits, and what is wanted. Without `columns` and `rows` nothing is cut or folded, as into a pipe. */
export type StatusView = {
  columns?: number | undefined
  rows?: number | undefined
  /** The setting: names, with `*` for any part of one. */
  hide?: readonly string[] | undefined
  isAll?: boolean | undefined
  /** Breaks lines that are too long, which a terminal does by itself: so that a command in one of them can be copied. */
  wraps?: boolean | undefined
}

export type StatusGroups = {
  /** The active ones first, then those whose section is not mfad's, then those without one. */
  shown: readonly ProfileStatus[]
  /** Those that mfad does not log in. */
  others: readonly ProfileStatus[]
  hidden: readonly ProfileStatus[]
}

const order: Readonly<Record<SessionState, number>> = {
  valid: 0,
  expiring: 0,
  expired: 0,
  unmanaged: 1,
  inactive: 2,
}

export function groupProfiles(
  profiles: readonly ProfileStatus[],
  { hide = [], isAll = false }: StatusView,
): StatusGroups {
  const sorted = [0, 1, 2].flatMap((rank) => profiles.filter(({ state }) => (order[state] ?? 2) === rank))
  if (isAll) return { shown: sorted, others: [], hidden: [] }
  const hidden = sorted.filter(({ profile }) => hide.some((pattern) => isLike(profile, pattern)))
  const isHidden = new Set(hidden)
  const rest = sorted.filter((profile) => !isHidden.has(profile))
  const isOther = ({ kind, state }: ProfileStatus) =>
    state === 'inactive' && kind !== 'key' && kind !== 'role'
  const others = rest.filter(isOther)
  const shown = rest.filter((profile) => !isOther(profile))
  // Where there is nothing else, they are not the rest of anything.
  return shown.length > 0 ? { shown, others, hidden } : { shown: others, others: [], hidden }
}

export function isActive({ state }: ProfileStatus): boolean {
  return order[state] === 0
}

/** One line; '' where nothing was left out. */
export function restLine({ others, hidden }: StatusGroups): string {
  const count = others.length + hidden.length
  if (count === 0) return ''
  const parts = [
    [others.filter(({ kind }) => kind === 'sso').length, 'sso'],
    [others.filter(({ kind }) => kind === 'aws-login').length, 'aws login'],
    [others.filter(({ kind }) => kind === 'other').length, 'other'],
    [hidden.length, 'hidden'],
  ] as const
  const counted = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`)
  return `${count} more (${counted.join(', ')}): mfad status --all`
}

/** `*` stands for any part of a name; the rest is taken as it is. Linear in the name, whatever the pattern. */
export function isLike(name: string, pattern: string): boolean {
  const [first = '', ...parts] = pattern.split('*')
  if (parts.length === 0) return name === pattern
  const last = parts.pop() ?? ''
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false
  const end = name.length - last.length
  let at = first.length
  for (const part of parts) {
    const found = name.indexOf(part, at)
    if (found === -1 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
