// A program that had opened the file before it was replaced may still write, into the old file that nobody sees. So the
// old one is looked at for a while, and what changes there is handed over to be put into the new one.
//
//   quiet      it holds what is known          → ended, 2 s after the replacement or the last write
//   changing   it holds something else         → quiet, when taken back; merging, once it stands still; kept, after 10 s
//   merging    the change is being handed over → quiet with the change as known; kept, when that failed
//   kept       its second name is left for the user to look at
//   ended      its second name is removed
//
// Standing still is 20 ms, and 500 ms for what may be the beginning of a longer text. An empty file is never handed
// over: a writer that truncates and then dies must not empty the new one.

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
/** What is in motion for so long is kept beside the file, and named; at the end of mfad one does not wait so long. */
const [motionMs, finishMs] = [10_000, 3000]
/** A program that writes there now and then is not followed for ever. */
const mostMs = 60_000
const [leastPauseMs, mostPauseMs] = [5, 100]

/** Looks at once, and then ever more seldom. `merge` puts a late write into the new file. */
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
    const startedAt = performance.now()
    const look = createLook(fs, old)
    let known = old.bytes
    let seen = { bytes: known, since: startedAt }
    let quietSince = startedAt
    for (;;) {
      const now = performance.now()
      isFinishing ||= now - startedAt >= mostMs
      const isLast = isFinishing || now - quietSince >= watchMs
      const bytes = look(isLast)
      if (!isEqual(bytes, seen.bytes)) seen = { bytes, since: now }
      const isChanged = !isEqual(seen.bytes, known)
      if (isLast && !isChanged) return
      if (isChanged && seen.bytes.length > 0 && now - seen.since >= stillFor(seen.bytes, known)) {
        await merge({ before: known, after: seen.bytes })
        known = seen.bytes
        quietSince = performance.now()
      } else if (isChanged && now - quietSince >= (isFinishing ? finishMs : motionMs)) {
        // What is empty holds nothing that the new file has not.
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

/** Reads only when the file may have changed. Two writes within one tick of the kernel's clock look the same, so the first
 * and the last look always read. */
function createLook(
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
