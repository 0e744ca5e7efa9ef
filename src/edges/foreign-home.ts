// Whose home it is.
import { statSync } from 'node:fs'
import { AppError } from '../core/errors.ts'

/** Root in somebody else's home would leave files there that their owner cannot replace. */
export function refuseForeignHome(home: string, uid: number): void {
  const owner = statSync(home, { throwIfNoEntry: false })?.uid
  if (uid !== 0 || owner === undefined || owner === 0) return
  throw new AppError(
    'daemon.foreign-home',
    `this is root, but ${home} belongs to another user`,
    'run mfad as that user, without sudo',
  )
}
