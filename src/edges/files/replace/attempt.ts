// One attempt to replace the file: what is asked for, and what came of it.

import type { ErrorBody } from '../../../core/errors.ts'
import type { OpenFile } from '../disk/reading.ts'
import type { LateWrite } from '../late/late-writes.ts'
import type { Target } from './target.ts'

export type Update = {
  /** The new content. Pure; may throw an AppError to refuse; is called again when the file changed underneath. */
  edit(before: Uint8Array): Uint8Array
  /** Throws an AppError when `after`, re-read from the temp file, is not what it must be. */
  verify(before: Uint8Array, after: Uint8Array): void
  /** Puts what another program still wrote into the old file into the new one; rejects, or is missing, where it cannot. */
  merge?(write: LateWrite & { written: Uint8Array; realPath: string }): Promise<void>
}

export type UpdateResult = {
  realPath: string
  before: Uint8Array
  bytes: Uint8Array
  isChanged: boolean
  warnings: ErrorBody[]
  /** Edits by other programs that fell between two of our system calls, and that nothing can bring back. */
  lostEdits: number
}

/** What one attempt works on. `isFollowed`: the descriptor of `base` is no longer ours to close. */
export type Attempt = {
  target: Target
  update: Update
  realPath: string
  base: OpenFile | undefined
  before: Uint8Array
  bytes: Uint8Array
  isFollowed: boolean
  lostEdits: number
}
