// Durations as people write them (`90s`, `15m`, `12h`, `7d`, `1h30m`) and as mfad says them back.

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Whole seconds of a duration such as `1h30m` or `0s`; undefined where the text is none. At most 10 years. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d{1,9}[smhd])+$/.test(text)) return undefined
  let seconds = 0
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g)) {
    seconds += Number(count) * (secondsPerUnit[unit as string] ?? 0)
  }
  return seconds <= 3650 * 86_400 ? seconds : undefined
}

/** Seconds in their two largest units: `7h 59m`, `4m 10s`, `0s`. Fractions are cut off. */
export function formatDuration(seconds: number): string {
  let rest = Math.max(0, Math.floor(seconds))
  const parts: string[] = []
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count}${unit}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.length === 0 ? '0s' : parts.join(' ')
}
