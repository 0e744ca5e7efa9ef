// In place of the package @napi-rs/keyring: its native library out of the single file. The system loads a library from a file
// only, so it is written where no other user can change it, and is gone again as soon as it is loaded.
import * as fs from 'node:fs'
import { join } from 'node:path'
import { getRawAsset } from 'node:sea'
import { messageOf } from '../core/errors.ts'
import { notLoaded } from '../core/login/keyring-failure.ts'
import { makeDirectory } from '../edges/files/disk/system.ts'
import { openTrust } from '../edges/own-trust.ts'
import { stateDirectory } from '../edges/paths.ts'

const directory = stateDirectory(process.env)
const path = join(directory, `keyring-${process.pid}.node`)

try {
  makeDirectory(fs, directory)
  // One may be left by a process of the same number that was killed before it could remove it.
  fs.rmSync(path, { force: true })
  fs.writeFileSync(path, Buffer.from(getRawAsset('keyring.node') as ArrayBuffer), { flag: 'wx', mode: 0o600 })
  openTrust().checkTrusted([path])
  process.dlopen(module, path)
} catch (error) {
  throw new Error(`${notLoaded} from ${directory}: ${messageOf(error)}`)
} finally {
  fs.rmSync(path, { force: true })
}
