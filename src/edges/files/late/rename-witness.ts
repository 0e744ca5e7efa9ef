// Between two of our system calls, some 15 µs, an edit by another program can be lost: after the old file got its second
// name, and before the new one takes its place. A file that is renamed there is replaced by ours at once, and nothing shows
// it but the order of the directory's events. They tell how many edits were lost:
//
//   .credentials.mfad-….old   our link
//   credentials               another program's rename: this edit is lost
//   .credentials.mfad-….tmp   our rename

import { watch } from 'node:fs'
import { steadyMs } from '../../clock.ts'

export type RenameWitness = {
  /** Undefined when it could not be told. */
  countLostEdits(kept: string, temp: string): Promise<number | undefined>
  close(): void
}

type Event = { kind: string; name: string | null }

const patienceMs = 250

/** Watches from now on; undefined where that is impossible. `name`: of the file itself. Linux only: elsewhere the order
 * of events is not kept. */
export function witnessRenames(directory: string, name: string): RenameWitness | undefined {
  if (process.platform !== 'linux') return undefined
  const events: Event[] = []
  let notice: () => void = () => undefined
  try {
    const watcher = watch(directory, { persistent: false }, (kind, changed) => {
      events.push({ kind, name: changed })
      notice()
    })
    watcher.on('error', () => notice())
    return {
      async countLostEdits(kept, temp) {
        const deadline = steadyMs() + patienceMs
        while (lostEdits(events, kept, temp, name) === undefined && steadyMs() < deadline) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, patienceMs)
            notice = () => {
              clearTimeout(timer)
              resolve()
            }
          })
        }
        return lostEdits(events, kept, temp, name)
      },
      close: () => watcher.close(),
    }
  } catch {
    return undefined
  }
}

/** A write before the first rename went into the old file, which has its second name: that is not lost. */
function lostEdits(events: readonly Event[], kept: string, temp: string, name: string): number | undefined {
  const linked = events.findIndex((event) => event.name === kept)
  if (linked === -1) return undefined
  const renamed = events.findIndex((event, index) => index > linked && event.name === temp)
  if (renamed === -1) return undefined
  const between = events.slice(linked, renamed).filter((event) => event.name === name)
  const first = between.findIndex(({ kind }) => kind === 'rename')
  return first === -1 ? 0 : between.length - first
}
