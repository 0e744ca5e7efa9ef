// Instants as mfad writes them everywhere.

/** RFC 3339 in UTC, whole seconds: `2026-01-31T08:00:00Z`. */
export function formatInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`
}
