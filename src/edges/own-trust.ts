// Whom this process and its user may trust, on the real file system.
import * as fs from 'node:fs'
import type { Identity } from './files/disk/access.ts'
import { readAcl } from './files/disk/acl.ts'
import { createTrust, type Trust } from './files/disk/trust.ts'
import { userId } from './user.ts'

/** Who may have written what is believed; see trust.ts. */
export function openTrust(): Trust {
  return createTrust(fs, ownIdentity(), readAcl)
}

export function ownIdentity(): Identity {
  return { uid: userId(), gid: process.getgid?.() ?? -1 }
}
