// This daemon's claim to its credentials file: a note that others find, and which of them it leaves the file to.
import { backgroundVariable } from '../core/service/background.ts'
import { alreadyRunning, type DaemonNote, leavesTo } from '../core/service/one-daemon.ts'
import { openDaemonNotes } from '../edges/daemon-notes.ts'
import { type Environment, notesDirectories } from '../edges/paths.ts'
import { userId } from '../edges/user.ts'
import type { KnownFiles } from './files/known-files.ts'

export type FileClaim = {
  /** Brings the note up to date, since the settings may have moved the file; answers the others that have it. */
  others(): DaemonNote[]
  /** The one that this daemon leaves the file to. */
  leavesTo(): DaemonNote | undefined
  remove(): void
}

/** Throws daemon.already-running where another daemon has the file. One that has our socket, too, is left to bindSocket. */
export function openFileClaim(
  known: Pick<KnownFiles, 'files' | 'realPath'>,
  environment: Environment,
): FileClaim {
  const notes = openDaemonNotes(notesDirectories(environment, userId()))
  const isService = environment[backgroundVariable] === 'service'
  const note = () => {
    const { files, realPath: credentials = files.credentials } = known
    return { pid: process.pid, credentials, socket: files.socket, isService }
  }
  const other = () => leavesTo(notes.own(note()), notes.others(note().credentials))
  const first = other()
  if (first !== undefined && first.socket !== known.files.socket) throw alreadyRunning(first)
  return {
    others() {
      notes.write(note())
      return notes.others(note().credentials)
    },
    leavesTo: other,
    remove: notes.remove,
  }
}
