// The jobs of the agent: when one may begin, and the order of those that write.

import { AppError } from '../core/errors.ts'
import type { KnownFiles } from './files/known-files.ts'
import { createQueue } from './queue.ts'

export type Jobs = {
  /** Ends when the files are believed. Throws daemon.stopping, file.busy, and why a file cannot be read. */
  begin(): Promise<void>
  /** Runs after the writes that were asked for before, also while the daemon ends. A write waits by itself for a file that is believed. */
  enqueue<T>(job: () => Promise<T>): Promise<T>
  /** The same for a write that nobody waits for. `job` never rejects. */
  enqueueOwn(job: () => Promise<void>): void
  /** From now on nothing begins. */
  refuseNew(): void
  isClosing(): boolean
  /** Ends when the writes that were asked for have ended. */
  idle(): Promise<void>
  isIdle(): boolean
}

/** `look` is called after each job that was asked for. */
export function createJobs(known: KnownFiles, look: () => void): Jobs {
  const writes = createQueue()
  let isClosing = false
  return {
    async begin() {
      if (isClosing) throw new AppError('daemon.stopping', 'the daemon is stopping', 'try again when it runs')
      await known.untilBelieved()
      // Nothing is decided about files that cannot be read.
      if (known.unreadable !== undefined) throw known.unreadable
    },
    enqueue: (job) =>
      writes.add(async () => {
        try {
          return await job()
        } finally {
          look()
        }
      }),
    enqueueOwn(job) {
      void writes.add(job)
    },
    refuseNew() {
      isClosing = true
    },
    isClosing: () => isClosing,
    idle: writes.idle,
    isIdle: writes.isIdle,
  }
}
