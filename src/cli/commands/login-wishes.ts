// What the options of `mfad login` ask for.
import { AppError } from '../../core/errors.ts'
import { parseDuration } from '../../core/time/duration.ts'
import type { LoginRequest } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'

/** Throws usage.bad-duration. */
export function wishesOf(values: Invocation['values']): Partial<LoginRequest> {
  const duration = values.duration === undefined ? undefined : durationSeconds(String(values.duration))
  return {
    ...(values['serial-number'] === undefined ? {} : { serialNumber: String(values['serial-number']) }),
    ...(duration === undefined ? {} : { durationSeconds: duration }),
    ...(values.save === true ? { save: true } : {}),
    ...(values.adopt === true ? { adopt: true } : {}),
  }
}

function durationSeconds(text: string): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined) return seconds
  throw new AppError(
    'usage.bad-duration',
    `${JSON.stringify(text.slice(0, 40))} is no duration`,
    'write it like 8h, 90m or 1h30m',
  )
}
