// Tells from the order of a directory's events whether another program's rename fell between ours: after the old file got
// its second name, and before the new one took its place. Such a rename is undone by ours, and nothing else shows it.

import { watch } from 'node:fs'

export type RenameWitness = {
  /** Undefined when it could not be told. */
  wasForeignFileReplaced(kept: string, temp: string): Promise<boolean | undefined>
  close(): void
}

const patienceMs = 250

/** Watches from now on; undefined where that is impossible. `names`: of the file itself. Linux only: elsewhere the order
 * of events is not kept. */
export function witnessRenames(directory: string, name: string): RenameWitness | undefined {
  if (process.platform !== 'linux') return undefined
  const events: string[] = []
  let notice: () => void = () => undefined
  try {
    const watcher = watch(directory, { persistent: false }, (kind, changed) => {
      if (kind !== 'rename' || changed === null) return
      events.push(changed)
      notice()
    })
    watcher.on('error', () => notice())
    return {
      async wasForeignFileReplaced(kept, temp) {
        const deadline = performance.now() + patienceMs
        while (verdictOf(events, kept, temp, name) === undefined && performance.now() < deadline) {
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, patienceMs)
            notice = () => {
              clearTimeout(timer)
              resolve()
            }
          })
        }
        return verdictOf(events, kept, temp, name)
      },
      close: () => watcher.close(),
    }
  } catch {
    return undefined
  }
}

function verdictOf(events: readonly string[], kept: string, temp: string, name: string): boolean | undefined {
  const linked = events.indexOf(kept)
  if (linked === -1) return undefined
  const renamed = events.indexOf(temp, linked)
  return renamed === -1 ? undefined : events.slice(linked, renamed).includes(name)
}
