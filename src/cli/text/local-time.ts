// Times as people on this computer say them. They are formatted without Intl, which costs 13 ms to load.

/** `22:15`, `tomorrow 08:00`, or `2026-11-25 08:00`. */
export function localTime(date: Date, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000)
  if (days === 0) return time
  if (days === 1) return `tomorrow ${time}`
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}
