// The options --min and --wait.
import { AppError } from '../../core/errors.ts'
import { formatDuration, parseDuration } from '../../core/time/duration.ts'
import { mostLeastSeconds, mostWaitSeconds } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'

/** 0 where --min was not given. Throws usage.bad-duration. */
export function leastSeconds({ min }: Invocation['values']): number {
  return min === undefined ? 0 : within('min', min, mostLeastSeconds)
}

/** Undefined where nobody is to be waited for. Throws usage.bad-duration. */
export function waitSeconds({ wait }: Invocation['values']): number | undefined {
  return wait === undefined ? undefined : within('wait', wait, mostWaitSeconds)
}

function within(option: string, text: unknown, most: number): number {
  const seconds = typeof text === 'string' ? parseDuration(text) : undefined
  if (seconds !== undefined && seconds >= 1 && seconds <= most) return seconds
  throw new AppError(
    'usage.bad-duration',
    seconds === undefined
      ? `${JSON.stringify(String(text).slice(0, 40))} is no duration`
      : `--${option} takes 1s to ${formatDuration(most)}`,
    `write it like 30m or 2h: --${option} 30m`,
  )
}
