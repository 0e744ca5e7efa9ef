// Instants as mfad writes them everywhere.

/** RFC 3339 in UTC, whole seconds: `2026-01-31T08:00:00Z`. */
export function formatInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`
}

export function earliest(...instants: readonly (Date | undefined)[]): Date | undefined {
  const times = instants.filter((instant) => instant !== undefined).map((instant) => instant.getTime())
  return times.length === 0 ? undefined : new Date(Math.min(...times))
}
