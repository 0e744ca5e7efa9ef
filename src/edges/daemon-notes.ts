// A note of each running daemon of this user, in a directory of ours, so that two that write the same credentials file
// know of each other, whatever sockets they have.
import * as fs from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { DaemonNote } from '../core/service/one-daemon.ts'
import { errnoOf, failureOf, makeDirectory } from './files/disk/system.ts'
import { isRunning, startOf } from './processes.ts'

/** What a daemon says of itself. */
type OwnNote = Omit<DaemonNote, 'startedAt'>

export type DaemonNotes = {
  /** The note of this daemon as others read it. */
  own(note: OwnNote): DaemonNote
  /**
   * Notes which file and socket this daemon has. Writes only what is new, and nothing where the directory cannot be
   * written.
   */
  write(note: OwnNote): void
  /** The other daemons that run and write this credentials file. */
  others(credentials: string): DaemonNote[]
  remove(): void
}

/** `machine`: machines and containers may share a home, and processes of another one cannot be looked at. */
type Written = DaemonNote & { machine?: string }

/** `all`: where daemons of this user may leave their notes, `own` among them. */
export function openDaemonNotes({
  own: directory,
  all,
}: {
  own: string
  all: readonly string[]
}): DaemonNotes {
  const ownPath = join(directory, nameOf(process.pid))
  let written = ''
  const own = (note: OwnNote): DaemonNote => {
    const startedAt = startOf(note.pid)
    return startedAt === undefined ? note : { ...note, startedAt }
  }
  return {
    own,
    write(note) {
      const text = JSON.stringify({ ...own(note), machine: thisMachine() } satisfies Written)
      if (text === written) return
      written = text
      failureOf(() => {
        makeDirectory(fs, directory)
        fs.rmSync(ownPath, { force: true })
        fs.writeFileSync(ownPath, text, { flag: 'wx', mode: 0o600 })
      })
    },
    others: (credentials) =>
      all
        .flatMap((each) => namesIn(each).map((name) => join(each, name)))
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
    if (note.machine !== undefined && note.machine !== thisMachine()) return []
    if (isOfNote(note)) return [note]
    fs.rmSync(path, { force: true })
  } catch {
    // Half-written at this moment, or gone since it was listed.
  }
  return []
}

/** Process numbers are used again: the instant of the start has to be the same, where the system tells it. */
function isOfNote({ pid, startedAt }: Written): boolean {
  return isRunning(pid) && startOf(pid) === startedAt
}

/** The machine, with the namespace that process numbers count in: a container has its own. */
function thisMachine(): string {
  try {
    return `${hostname()} ${fs.readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
