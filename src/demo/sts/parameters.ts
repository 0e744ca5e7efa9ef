// The parameters of a call, checked as AWS checks them: every violated constraint is listed in one ValidationError.
import { StsError } from './answers.ts'

/** A call's parameters by AWS's names (`DurationSeconds`). */
export type Parameters = ReadonlyMap<string, string>

type Constraint = { name: string } & Partial<{
  isRequired: boolean
  length: readonly [least: number, most: number]
  value: readonly [least: number, most: number]
  pattern: string
}>

export const serialNumber: Constraint = {
  name: 'SerialNumber',
  length: [9, 256],
  pattern: '[\\w+=/:,.@-]*',
}
export const tokenCode: Constraint = { name: 'TokenCode', length: [6, 6], pattern: '[\\d]*' }
export const roleArn: Constraint = { name: 'RoleArn', isRequired: true, length: [20, 2048] }
export const roleSessionName: Constraint = {
  name: 'RoleSessionName',
  isRequired: true,
  length: [2, 64],
  pattern: '[\\w+=,.@-]*',
}
export const externalId: Constraint = {
  name: 'ExternalId',
  length: [2, 1224],
  pattern: '[\\w+=,.@:\\/-]*',
}

export const userName: Constraint = { name: 'UserName', length: [1, 128], pattern: '[\\w+=,.@-]+' }
export const marker: Constraint = { name: 'Marker', length: [1, 320] }
export const maxItems: Constraint = { name: 'MaxItems', value: [1, 1000] }

export const accessKeyId: Constraint = {
  name: 'AccessKeyId',
  isRequired: true,
  length: [16, 128],
  pattern: '[\\w]+',
}
export const keyStatus: Constraint = { name: 'Status', isRequired: true, pattern: 'Active|Inactive' }

/** `DurationSeconds` up to an action's own limit; the least is 15 min for all. */
export function durationSeconds(most: number): Constraint {
  return { name: 'DurationSeconds', value: [900, most] }
}

/** ValidationError (400) that lists what is wrong, in AWS's words. They repeat the value, even a token code. */
export function checkParameters(parameters: Parameters, constraints: readonly Constraint[]): void {
  const violations = constraints.flatMap((constraint) => {
    const value = parameters.get(constraint.name)
    const shown = value === undefined ? 'null' : `'${value}'`
    const name = constraint.name.charAt(0).toLowerCase() + constraint.name.slice(1)
    return violationsOf(constraint, value).map(
      (violation) => `Value ${shown} at '${name}' failed to satisfy constraint: Member must ${violation}`,
    )
  })
  if (violations.length === 0) return
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`
  throw invalid(`${count}: ${violations.join('; ')}`)
}

export function invalid(message: string): StsError {
  return new StsError(400, 'ValidationError', message)
}

/** A whole number; undefined where the parameter is absent. Call it after `checkParameters`. */
export function numberOf(parameters: Parameters, name: string): number | undefined {
  const value = parameters.get(name)
  return value === undefined ? undefined : Number(value)
}

function violationsOf(constraint: Constraint, value: string | undefined): string[] {
  if (value === undefined) return constraint.isRequired ? ['not be null'] : []
  const [shortest, longest] = constraint.length ?? [0, Number.POSITIVE_INFINITY]
  const [least, most] = constraint.value ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const number = constraint.value ? wholeNumber(value) : 0
  return [
    value.length < shortest && `have length greater than or equal to ${shortest}`,
    value.length > longest && `have length less than or equal to ${longest}`,
    constraint.pattern !== undefined &&
      !new RegExp(`^(?:${constraint.pattern})$`).test(value) &&
      `satisfy regular expression pattern: ${constraint.pattern}`,
    !(number >= least) && `have value greater than or equal to ${least}`,
    number > most && `have value less than or equal to ${most}`,
  ].filter((violation) => violation !== false)
}

function wholeNumber(text: string): number {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}
