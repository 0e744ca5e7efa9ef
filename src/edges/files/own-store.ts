// The real file system, for this process and its user: file stores, and whom to trust.
import * as fs from 'node:fs'
import { userId } from '../user.ts'
import type { Identity } from './disk/access.ts'
import { readAcl } from './disk/acl.ts'
import { randomName } from './disk/bytes.ts'
import { createTrust, type Trust } from './disk/trust.ts'
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

/** Who may have written what is believed; see trust.ts. */
export function openTrust(): Trust {
  return createTrust(fs, ownIdentity(), readAcl)
}

function ownIdentity(): Identity {
  return { uid: userId(), gid: process.getgid?.() ?? -1 }
}

/** Does a process of this number run that may be mfad? Numbers come back: in a container the same ones after every start. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mfad')
  } catch {
    return true
  }
}
