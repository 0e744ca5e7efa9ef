// A note of each running daemon of this user, in a directory of ours, so that two that write the same credentials file
// know of each other, whatever sockets they have. This only lets `status` warn; nothing keeps the two from writing.
import * as fs from 'node:fs'
import { join } from 'node:path'
import { errnoOf, failureOf, makeDirectory } from './files/disk/system.ts'

export type DaemonNote = {
  pid: number
  /** Where the credentials file really is. */
  credentials: string
  socket: string
}

export type DaemonNotes = {
  /**
   * Notes which file and socket this daemon has. Writes only what is new, and nothing where the directory cannot be
   * written.
   */
  write(note: DaemonNote): void
  /** The other daemons that run and write this credentials file. */
  others(credentials: string): DaemonNote[]
  remove(): void
}

type Written = DaemonNote & { startedAt: string | undefined }

export function openDaemonNotes(directory: string): DaemonNotes {
  const ownPath = join(directory, nameOf(process.pid))
  let written = ''
  return {
    write(note) {
      const text = JSON.stringify({ ...note, startedAt: startOf(note.pid) } satisfies Written)
      if (text === written) return
      written = text
      failureOf(() => {
        makeDirectory(fs, directory)
        fs.rmSync(ownPath, { force: true })
        fs.writeFileSync(ownPath, text, { flag: 'wx', mode: 0o600 })
      })
    },
    others: (credentials) =>
      namesIn(directory)
        .map((name) => join(directory, name))
        .filter((path) => path !== ownPath)
        .flatMap(readLiving)
        .filter((note) => note.credentials === credentials),
    remove() {
      failureOf(() => fs.rmSync(ownPath, { force: true }))
    },
  }
}

function nameOf(pid: number): string {
  return `daemon-${pid}.json`
}

function namesIn(directory: string): string[] {
  try {
    return fs.readdirSync(directory).filter((name) => /^daemon-\d+\.json$/.test(name))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return []
  }
}

/** A note whose daemon was killed is removed. */
function readLiving(path: string): DaemonNote[] {
  try {
    if (!fs.lstatSync(path).isFile()) return []
    const note = JSON.parse(fs.readFileSync(path, 'utf8')) as Written
    if (isRunning(note)) return [note]
    fs.rmSync(path, { force: true })
  } catch {
    // Half-written at this moment, or gone since it was listed.
  }
  return []
}

/** Process numbers are used again: the instant of the start has to be the same, where the system tells it. */
function isRunning({ pid, startedAt }: Written): boolean {
  return failureOf(() => process.kill(pid, 0)) === undefined && startOf(pid) === startedAt
}

/** In the system's own ticks; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
