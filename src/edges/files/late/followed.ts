// The files that were replaced a moment ago, each still followed for what other programs write into it.

import { basename } from 'node:path'
import { steadyMs } from '../../clock.ts'
import type { FileSystem } from '../disk/system.ts'
import { type LateWatch, type LateWrite, type OldFile, watchLateWrites } from './late-writes.ts'

export type Followed = {
  follow(old: OldFile, merge: (write: LateWrite) => Promise<void>): void
  /** Is a file of this name the second name of one that is followed? */
  hasKept(name: string): boolean
  close(): Promise<void>
}

/** Each takes a descriptor and memory for its content. When there are more, the oldest are no longer followed. */
const mostFiles = 256
const mostBytes = 64 * 1024 * 1024

/** What is not merged by then stays under its second name, and `status` names it after the next start. */
const closeLimitMs = 5000

type Entry = { watch: LateWatch; old: OldFile }

/** `noteKept` hears of a late write that could not be merged, and so was kept under the second name. */
export function createFollowed(
  fs: FileSystem,
  noteKept: (keptPath: string | undefined, realPath: string, cause: unknown) => void,
): Followed {
  const entries = new Set<Entry>()
  let isClosing = false
  const shorten = () => {
    let files = entries.size
    let bytes = [...entries].reduce((sum, { old }) => sum + old.bytes.length, 0)
    for (const { watch, old } of entries) {
      if (files <= mostFiles && bytes <= mostBytes) return
      watch.finish()
      files--
      bytes -= old.bytes.length
    }
  }
  return {
    follow(old, merge) {
      const entry = { watch: watchLateWrites(fs, old, merge), old }
      entries.add(entry)
      void entry.watch.ended.then(({ failure }) => {
        entries.delete(entry)
        if (failure !== undefined) noteKept(old.keptPath, old.realPath, failure)
      })
      if (isClosing) entry.watch.finish()
      shorten()
    },
    hasKept: (name) =>
      [...entries].some(({ old }) => old.keptPath !== undefined && basename(old.keptPath) === name),
    async close() {
      isClosing = true
      for (const { watch } of entries) watch.finish()
      const deadline = steadyMs() + closeLimitMs
      // A merge replaces the file once more, and so there may be one more file to follow.
      while (entries.size > 0 && steadyMs() < deadline) {
        const ended = Promise.all([...entries].map(({ watch }) => watch.ended))
        await Promise.race([ended, pause(deadline - steadyMs())])
      }
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
