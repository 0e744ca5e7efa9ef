// A program that had opened the file before it was replaced may still write, into the old file that nobody sees. So the
// old one is read for a while, and what changes there is handed over to be put into the new one.
//
//   quiet      it holds what we know            → ended, 2 s after the replacement or the last write
//   changing   it holds something else          → quiet, when the change is taken back; merging, once it stands still;
//                                                 kept, after 10 s
//   merging    the change is handed over        → quiet, the change being known now; kept, when it could not be merged
//   kept       its second name stays, for the user to look at
//   ended      its second name is removed
//
// It stands still when nothing has changed for 20 ms, or for 500 ms where its text may be the beginning of a longer one.
// An empty file is never handed over: a writer that truncates and then dies must not empty the new one. For example, with
// times after our rename:
//
//     0 ms   the old file holds `[a]⏎`, as the new one without our section
//     8 ms   another program, which had opened the file before, appends `[b]⏎`
//    30 ms   nothing more has come: the change from `[a]⏎` to `[a]⏎[b]⏎` is merged into the new file
//  2030 ms   nothing more has come: the second name is removed

import { steadyMs } from '../../clock.ts'
import { isEqual, startsWith } from '../disk/bytes.ts'
import { stillWrittenError } from '../disk/errors.ts'
import { readWhole } from '../disk/reading.ts'
import { type FileSystem, failureOf } from '../disk/system.ts'

/** What another program made of the old file. */
export type LateWrite = { before: Uint8Array; after: Uint8Array }

/** The file that was replaced, and what it held then. */
export type OldFile = {
  /** Closed at the end. */
  descriptor: number
  bytes: Uint8Array
  /** Its second name, where it could be given one. */
  keptPath?: string
  realPath: string
}

export type LateWatch = {
  /** Whether the second name was left, and why. */
  ended: Promise<{ failure?: unknown }>
  /** Ends as soon as the old file stands still. */
  finish(): void
}

const watchMs = 2000
const stillMs = 20
const beginningMs = 500
/** What never stands still for so long is kept beside the file, and named; when mfad ends, sooner. */
const [motionMs, finishMs] = [10_000, 3000]
/** Even a file that is written to now and then is not followed for longer. */
const mostMs = 60_000
const [leastPauseMs, mostPauseMs] = [5, 100]

/** Reads the old file at once, and then ever more seldom. `merge` puts a late write into the new file. */
export function watchLateWrites(
  fs: FileSystem,
  old: OldFile,
  merge: (write: LateWrite) => Promise<void>,
): LateWatch {
  let isFinishing = false
  let wake: () => void = () => undefined
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const follow = async () => {
    const startedAt = steadyMs()
    const read = createReader(fs, old)
    let known = old.bytes
    let seen = { bytes: known, since: startedAt }
    let quietSince = startedAt
    for (;;) {
      const now = steadyMs()
      isFinishing ||= now - startedAt >= mostMs
      const isLast = isFinishing || now - quietSince >= watchMs
      const bytes = read(isLast)
      if (!isEqual(bytes, seen.bytes)) seen = { bytes, since: now }
      const isChanged = !isEqual(seen.bytes, known)
      if (isLast && !isChanged) return
      if (isChanged && seen.bytes.length > 0 && now - seen.since >= stillFor(seen.bytes, known)) {
        await merge({ before: known, after: seen.bytes })
        known = seen.bytes
        quietSince = steadyMs()
      } else if (isChanged && now - quietSince >= (isFinishing ? finishMs : motionMs)) {
        // An empty file holds nothing that could be lost.
        if (seen.bytes.length === 0) return
        throw stillWrittenError(old.realPath)
      }
      const pauseMs = isChanged ? leastPauseMs : (now - startedAt) / 4
      await pause(Math.min(mostPauseMs, Math.max(leastPauseMs, pauseMs)))
    }
  }
  const ended = follow().then(
    () => ({}),
    (failure: unknown) => ({ failure }),
  )
  return {
    ended: ended.then((end: { failure?: unknown }) => {
      failureOf(() => fs.closeSync(old.descriptor))
      const { keptPath } = old
      // What cannot be removed now is removed at the next start.
      if (keptPath !== undefined && end.failure === undefined) failureOf(() => fs.unlinkSync(keptPath))
      return end
    }),
    finish() {
      isFinishing = true
      wake()
    },
  }
}

/** Reads again only when the file may have changed. Two writes within one tick of the kernel's clock cannot be told apart by
 * their time, so the first and the last time it always reads. */
function createReader(
  fs: FileSystem,
  { descriptor, bytes, realPath }: OldFile,
): (isLast: boolean) => Uint8Array {
  let stamp = ''
  let known = bytes
  return (isLast) => {
    const { size, mtimeNs } = fs.fstatSync(descriptor, { bigint: true })
    if (`${size}:${mtimeNs}` !== stamp || isLast) known = readWhole(fs, descriptor, realPath)
    stamp = `${size}:${mtimeNs}`
    return known
  }
}

function stillFor(bytes: Uint8Array, known: Uint8Array): number {
  const isBeginning = bytes.length < known.length && startsWith(known, bytes)
  return isBeginning ? beginningMs : stillMs
}
