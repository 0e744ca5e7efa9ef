import { AppError, type ErrorBody } from '../../src/core/errors.ts'

/** What an action that must fail throws; fails the test when it does not, or when it throws a bug. */
export function thrownBy(action: () => unknown): ErrorBody {
  try {
    action()
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, message: error.message, hint: error.hint }
    throw error
  }
  throw new Error('nothing was thrown')
}
