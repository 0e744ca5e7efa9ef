// File stores on the real file system, for this process and its user.
import * as fs from 'node:fs'
import { ownIdentity } from '../own-trust.ts'
import { isRunning } from '../processes.ts'
import { readAcl } from './disk/acl.ts'
import { randomName } from './disk/bytes.ts'
import { witnessRenames } from './late/rename-witness.ts'
import { createFileStore, type FileStore } from './store.ts'

/** `stateDirectory`: where recovery copies go. */
export function openFileStore(path: string, stateDirectory: string): FileStore {
  return createFileStore({
    fs,
    path,
    pid: process.pid,
    ...ownIdentity(),
    readAcl,
    randomName,
    isAlive,
    stateDirectory,
    witnessRenames,
  })
}

/** Does a process of this number run that may be mfad? Numbers come back: in a container the same ones after every start. */
function isAlive(pid: number): boolean {
  if (!isRunning(pid)) return false
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mfad')
  } catch {
    return true
  }
}
