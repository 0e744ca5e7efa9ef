// The files that this daemon was started from. An upgrade replaces them while it runs, and what it loads later on is then of
// another version.
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type OwnProgram = {
  /** Are other files there than at the start, all of them, and the same ones as when this was asked before? */
  isReplaced(): boolean
}

/** `node` as the service names it, which may be a link; `script` is dist/mfad.cjs, and undefined in a single file. */
export function openOwnProgram(node: string, script: string | undefined): OwnProgram {
  const paths = script === undefined ? [node] : [node, script, join(dirname(script), 'daemon.cjs')]
  const atStart = stampOf(paths)
  let before = atStart
  return {
    isReplaced() {
      const now = stampOf(paths)
      const isStill = now === before
      before = now
      // What is missing could not be started: the daemon goes on with what it has.
      return atStart !== undefined && now !== undefined && isStill && now !== atStart
    },
  }
}

/** Undefined where one of them is missing, or is no absolute path. */
function stampOf(paths: readonly string[]): string | undefined {
  const stamps = paths.map((path) => {
    if (!path.startsWith('/')) return undefined
    try {
      const { dev, ino, size, mtimeMs } = statSync(path)
      return [dev, ino, size, mtimeMs].join(':')
    } catch {
      return undefined
    }
  })
  return stamps.includes(undefined) ? undefined : stamps.join(' ')
}
