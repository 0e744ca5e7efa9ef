// The file store in a process of its own, for tests that kill it or make its system calls fail: node DRIVER REQUEST. The
// request is JSON, and so is the answer, one line.

import * as fs from 'node:fs'
import { join } from 'node:path'
import type { UserEdit } from '../../src/core/document/user-edit.ts'
import { AppError } from '../../src/core/errors.ts'
import { defaultSettings } from '../../src/core/settings/default-settings.ts'
import { createKnownFiles } from '../../src/daemon/files/known-files.ts'
import { editUserFile } from '../../src/daemon/files/user-edit.ts'
import { readAcl } from '../../src/edges/files/disk/acl.ts'
import { failureOf } from '../../src/edges/files/disk/system.ts'
import { witnessRenames } from '../../src/edges/files/late/rename-witness.ts'
import { openFileStore } from '../../src/edges/files/own-store.ts'
import { createFileStore, type FileStore, type Update } from '../../src/edges/files/store.ts'

/**
 * append, cut, insert   one update: at the end, or in the middle, shorter or longer
 * late                  another program has opened the file before the update and writes after it, and that is merged
 * unmergeable           the same, and that cannot be merged
 * save                  the daemon sets a key in the file, as the config file
 * check                 only what is asked before an update
 * recover               what a start does
 */
export type Action = 'append' | 'cut' | 'insert' | 'late' | 'unmergeable' | 'save' | 'check' | 'recover'
export type Request = { action: Action; path: string; stateDirectory: string; pid: number; home: string }
export type Answer = {
  error?: { code: string; message: string; hint: string }
  /** Codes. */
  warnings: string[]
  /** Codes of what the store says of itself at the end. */
  leftovers: string[]
  /** What is still open of the files below `home`. */
  open: string[]
}

export const texts = {
  added: `[dev-mfa]\naws_session_token = NEWSECRET${'x'.repeat(1000)}\n`,
  middle: '[old-mfa]\naws_session_token = OLDSECRET\n',
  late: 'theirs = 1\n',
  saved: { key: 'mfa_serial', value: 'arn:aws:iam::111122223333:mfa/alice' },
}

const edits: Record<Action, (before: string) => string> = {
  append: (before) => before + texts.added,
  cut: (before) => before.replace(texts.middle, ''),
  insert: (before) => before.replace(texts.middle, texts.middle + texts.added),
  late: (before) => before + texts.added,
  unmergeable: (before) => before + texts.added,
  save: (before) => before,
  check: (before) => before,
  recover: (before) => before,
}

export async function drive({ action, path, stateDirectory, pid, home }: Request): Promise<Answer> {
  const store = createFileStore({
    fs,
    path,
    pid,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    randomName: () => 'x',
    isAlive: () => false,
    stateDirectory,
    witnessRenames,
    readAcl,
  })
  const edit = (before: Uint8Array) => Buffer.from(edits[action](Buffer.from(before).toString()))
  const update: Update = {
    edit,
    verify: () => undefined,
    async merge({ after }) {
      if (action === 'unmergeable')
        throw new AppError('file.edit-conflict', 'both changed it', 'compare them')
      await store.update({ ...update, edit: () => edit(after) })
    },
  }
  const answer: Answer = { warnings: [], leftovers: [], open: [] }
  const note = (error: unknown) => {
    if (!(error instanceof AppError)) throw error
    const { code, message, hint } = error
    answer.error = { code, message, hint: hint ?? '' }
  }
  const other = action === 'late' || action === 'unmergeable' ? openAsOther(path) : undefined
  try {
    if (action === 'check') store.checkReplaceable()
    else if (action === 'recover') await store.recover()
    else if (action === 'save') answer.warnings = await save(store, path, home)
    else answer.warnings = (await store.update(update)).warnings.map(({ code }) => code)
    other?.write()
  } catch (error) {
    note(error)
  }
  await store.close()
  other?.close()
  answer.leftovers = store.warnings().map(({ code }) => code)
  answer.open = openBelow(home)
  return answer
}

/** The codes of the warnings. */
async function save(store: FileStore, config: string, home: string): Promise<string[]> {
  const known = createKnownFiles({
    now: () => new Date(),
    loadSettings: () => defaultSettings,
    settingsStamp: () => '',
    resolveFiles: () => ({ credentials: join(home, 'none'), config, settings: home, socket: home }),
    openStore: (path) => (path === config ? store : openFileStore(path, home)),
    checkTrusted: () => undefined,
  })
  const { key, value } = texts.saved
  const edit: UserEdit = { kind: 'set', section: 'profile dev', key, value }
  const { warnings } = await editUserFile(known, 'config', () => [edit])
  return warnings.map(({ code }) => code)
}

/** What it fails at is its own affair. */
function openAsOther(path: string) {
  let descriptor: number | undefined
  failureOf(() => {
    descriptor = fs.openSync(path, 'a')
  })
  return {
    write: () => failureOf(() => descriptor !== undefined && fs.writeSync(descriptor, texts.late)),
    close: () => failureOf(() => descriptor !== undefined && fs.closeSync(descriptor)),
  }
}

function openBelow(home: string): string[] {
  return fs.readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      const path = fs.readlinkSync(`/proc/self/fd/${name}`)
      return path.startsWith(home) ? [path] : []
    } catch {
      return []
    }
  })
}
