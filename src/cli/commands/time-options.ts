// The options that hold a duration.
import { AppError } from '../../core/errors.ts'
import { parseDuration } from '../../core/time/duration.ts'

/** Throws usage.bad-duration. */
export function readSeconds(option: string, text: unknown, otherwise: number): number {
  if (text === undefined) return otherwise
  const seconds = typeof text === 'string' ? parseDuration(text) : undefined
  if (seconds !== undefined) return seconds
  throw new AppError(
    'usage.bad-duration',
    `${JSON.stringify(String(text).slice(0, 40))} is no duration`,
    `write it like 30m or 2h: --${option} 30m`,
  )
}
