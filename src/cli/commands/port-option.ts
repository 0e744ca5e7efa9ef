// The option --port.
import { endpointPorts } from '../../core/container-credentials.ts'
import { AppError } from '../../core/errors.ts'
import type { Invocation } from '../command.ts'

/** The usual one where --port was not given. Throws usage.bad-arguments. */
export function chosenPort({ port }: Invocation['values']): number {
  const { usual, least, most } = endpointPorts
  if (port === undefined) return usual
  const number = /^\d{1,5}$/.test(String(port)) ? Number(port) : 0
  if (number >= least && number <= most) return number
  throw new AppError(
    'usage.bad-arguments',
    `--port takes a number from ${least} to ${most}`,
    `choose one, or leave it out for ${usual}`,
  )
}
