// What went wrong, as a fact and a next step. Every error that a user can meet is an AppError; anything else
// that reaches the top is a bug.

import type { ErrorCode } from './error-codes.ts'

/** Exit codes by the area of an error code (`area.problem`). */
const exitCodeByArea = new Map(
  Object.entries({
    internal: 1,
    usage: 2,
    daemon: 3,
    profile: 4,
    settings: 4,
    device: 4,
    notifier: 4,
    sts: 5,
    iam: 5,
    network: 6,
    file: 7,
    session: 8,
    interrupted: 130,
  }),
)

/** Problems whose exit code differs from that of their area. */
const exitCodeByCode = new Map(
  Object.entries({
    'device.token-code-used': 5,
    'iam.invalid-answer': 6,
    'sts.throttled': 6,
    'sts.unavailable': 6,
    'sts.invalid-answer': 6,
  }),
)

const httpStatusByExitCode: Readonly<Record<number, number>> = {
  1: 500,
  2: 400,
  3: 503,
  4: 409,
  5: 403,
  6: 502,
  7: 409,
  8: 409,
}

/** What crosses the socket and what `--json` prints of an error. */
export type ErrorBody = { code: ErrorCode; message: string; hint: string }

/** Every bundle has a class of its own; by this mark an error that one of them throws is an AppError to the others, too. */
const brand = Symbol.for('mfad.AppError')

/**
 * A failure the user can act on.
 * `code` is `area.problem`; `message` is the fact, lower case and without a final period; `hint` is the next step, a
 * command where there is one. None of them ever holds a secret, a token code or a whole access key id.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly [brand] = true
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.hint = hint
  }

  static override [Symbol.hasInstance](value: unknown): value is AppError {
    return typeof value === 'object' && value !== null && brand in value
  }
}

/** The exit code for an error code: its own, else its area's, else 1. */
export function exitCodeOf(code: string): number {
  const area = code.slice(0, Math.max(0, code.indexOf('.')))
  return exitCodeByCode.get(code) ?? exitCodeByArea.get(area) ?? 1
}

/** The HTTP status that carries an error over the socket. */
export function httpStatusOf(code: string): number {
  if (code === 'profile.not-found') return 404
  return httpStatusByExitCode[exitCodeOf(code)] ?? 500
}

/** The message of whatever was thrown, to be put into a sentence of ours. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason'
}

/** The wire form of any thrown value. A value that is no AppError is a bug: its text stays out of the answer. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof AppError) return { code: error.code, message: error.message, hint: error.hint }
  return {
    code: 'internal.bug',
    message: 'mfad met an error it does not know',
    hint: 'report it, with what these show: mfad doctor --report, mfad logs',
  }
}
