// What the daemon knows of the files: re-read whenever a stamp changed, and derived anew each time. An empty file, or one
// that is only the beginning of what it was, is most likely being written at this moment: it is not believed for 500 ms.

import type { CredentialsDocument } from '../../core/document/document.ts'
import { parseDocument } from '../../core/document/parse.ts'
import type { AppError } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { buildProfiles } from '../../core/profiles/profiles.ts'
import type { Documents } from '../../core/profiles/sections.ts'
import type { Settings } from '../../core/settings/default-settings.ts'
import type { Files, Warning } from '../../core/wire.ts'
import { createRecentWrites, type RecentWrites, type WriteKind } from '../../core/writes/ledger.ts'
import { startsWith } from '../../edges/files/disk/bytes.ts'
import { busyError } from '../../edges/files/disk/errors.ts'
import type { FileStore, UpdateResult } from '../../edges/files/store.ts'
import { fileWarnings, trustWarnings, warningOf } from '../../edges/files/warnings.ts'

export type KnownFilesDeps = {
  now(): Date
  /** Throws settings.*. */
  loadSettings(): Settings
  settingsStamp(): string
  resolveFiles(settings: Settings): Files
  openStore(path: string): FileStore
  /** Throws AppError file.* where somebody else could have written one of the files. */
  checkTrusted(paths: readonly string[]): void
}

export type KnownFiles = {
  /** Looks at the stamps, and re-reads what changed. Answers whether anything did. */
  refresh(): boolean
  /** Takes what was just written for true, however it looks; and remembers it, but for what was only made once more. */
  adoptWritten(
    result: Pick<UpdateResult, 'before' | 'bytes' | 'isChanged' | 'realPath'>,
    kind: WriteKind | 'made-again',
  ): void
  readonly recentWrites: RecentWrites
  /** Where the credentials file really is; undefined until it could be located. */
  readonly realPath: string | undefined
  /** Nothing is waited for any more. */
  readonly isClosing: boolean
  /** Ends following the files that were replaced. */
  close(): Promise<void>
  readonly settings: Settings
  readonly files: Files
  readonly documents: Documents
  readonly profiles: readonly Profile[]
  readonly credentials: FileStore
  readonly warnings: readonly Warning[]
  /** Why a file cannot be read now. While it is so, nothing must be concluded from what it may hold. */
  readonly unreadable: AppError | undefined
  /** Throws AppError file.* where somebody else could have written what steers a key, a code or a command. */
  checkTrusted(): void
  /** Undefined when everything read is believed, else the instant to look again. */
  readonly unsettledUntil: Date | undefined
  /** Waits until everything read is believed. Throws file.busy after 3 s. */
  settle(): Promise<void>
}

const disbeliefMs = 500
const settleLimitMs = 3000
const settleStepMs = 50

type KnownFile = {
  path: string
  /** Others must not read it; the config file holds nothing secret. */
  hasSecrets: boolean
  store: FileStore
  stamp?: string
  bytes: Uint8Array
  document: CredentialsDocument
  warnings: Warning[]
  suspect?: { length: number; since: number }
  /** Where the path leads. */
  realPath?: string
  /** Why it cannot be read now; what was read before still counts. */
  error?: AppError
}

/** Reads everything for the first time. Throws settings.* when the settings cannot be used: there are no last good ones. */
export function createKnownFiles(deps: KnownFilesDeps): KnownFiles {
  let settings = deps.loadSettings()
  let settingsStamp = deps.settingsStamp()
  let settingsWarnings: Warning[] = []
  let files = deps.resolveFiles(settings)
  let credentials = openFile(deps, files.credentials, true)
  let config = openFile(deps, files.config, false)
  let profiles: readonly Profile[] = []
  const recentWrites = createRecentWrites(deps.now)
  /** Of credentials files that are no longer ours to write, but for what still belongs into them. */
  const formerStores: FileStore[] = []

  const refreshSettings = (): boolean => {
    const stamp = deps.settingsStamp()
    if (stamp === settingsStamp) return false
    settingsStamp = stamp
    try {
      settings = deps.loadSettings()
      settingsWarnings = []
    } catch (error) {
      settingsWarnings = [warningOf(error, files.settings)]
      return true
    }
    const socket = files.socket
    files = { ...deps.resolveFiles(settings), socket }
    if (credentials.path !== files.credentials) {
      formerStores.push(credentials.store)
      credentials = openFile(deps, files.credentials, true)
      void credentials.store.recover()
    }
    if (config.path !== files.config) config = openFile(deps, files.config, false)
    return true
  }
  let realPath: string | undefined
  let isClosing = false
  const refresh = (): boolean => {
    const changes = [refreshSettings(), refreshFile(credentials, deps.now()), refreshFile(config, deps.now())]
    // What was written to one file is nothing to be written to another.
    if (credentials.realPath !== realPath) recentWrites.forgetAll()
    realPath = credentials.realPath
    if (!changes.includes(true)) return false
    profiles = buildProfiles(
      { credentials: credentials.document, config: config.document },
      settings.suffix,
      files,
    )
    return true
  }
  refresh()
  const steering = () => [files.settings, files.config, files.credentials]
  const known: KnownFiles = {
    refresh,
    adoptWritten({ before, bytes, isChanged, realPath: writtenPath }, kind) {
      if (credentials.realPath !== undefined && writtenPath !== credentials.realPath) {
        refresh()
        return
      }
      if (isChanged && kind !== 'made-again')
        recentWrites.note(parseDocument(before), parseDocument(bytes), kind)
      credentials.bytes = bytes
      delete credentials.suspect
      refresh()
    },
    recentWrites,
    get settings() {
      return settings
    },
    get files() {
      return files
    },
    get documents() {
      return { credentials: credentials.document, config: config.document }
    },
    get profiles() {
      return profiles
    },
    get credentials() {
      return credentials.store
    },
    get warnings() {
      const leftovers = [credentials.store, ...formerStores]
        .flatMap((store) => store.warnings())
        .map((warning) => ({ ...warning, file: files.credentials }))
      const ofTrust = trustWarnings(deps, steering())
      return [...settingsWarnings, ...ofTrust, ...credentials.warnings, ...leftovers, ...config.warnings]
    },
    checkTrusted: () => deps.checkTrusted(steering()),
    get unreadable() {
      return credentials.error ?? config.error
    },
    get unsettledUntil() {
      const since = [credentials.suspect?.since, config.suspect?.since].filter((at) => at !== undefined)
      return since.length === 0 ? undefined : new Date(Math.max(...since) + disbeliefMs)
    },
    get realPath() {
      return credentials.realPath
    },
    get isClosing() {
      return isClosing
    },
    async close() {
      isClosing = true
      await Promise.all([credentials.store, ...formerStores].map((store) => store.close()))
    },
    async settle() {
      refresh()
      const startedAt = deps.now().getTime()
      while (known.unsettledUntil !== undefined) {
        if (Math.abs(deps.now().getTime() - startedAt) > settleLimitMs) throw busyError(files.credentials)
        await new Promise((resolve) => setTimeout(resolve, settleStepMs))
        refresh()
      }
    },
  }
  return known
}

function openFile(deps: KnownFilesDeps, path: string, hasSecrets: boolean): KnownFile {
  return {
    path,
    hasSecrets,
    store: deps.openStore(path),
    bytes: new Uint8Array(),
    document: parseDocument(new Uint8Array()),
    warnings: [],
  }
}

function refreshFile(file: KnownFile, now: Date): boolean {
  if (file.suspect === undefined && file.stamp === file.store.stamp()) return false
  const state = file.store.read()
  if (state.kind === 'present' && isSuspect(file, state.bytes, now)) return false
  delete file.suspect
  if (state.kind === 'unreadable') return noteUnreadable(file, state.error)
  delete file.error
  file.realPath = state.realPath
  const bytes = state.kind === 'present' ? state.bytes : new Uint8Array()
  file.stamp = state.stamp
  file.bytes = bytes
  file.document = parseDocument(bytes)
  file.warnings = fileWarnings(state, file.document, file.hasSecrets)
  return true
}

/** A file that cannot be read is not an empty one: the last content is kept, and each look tries again. */
function noteUnreadable(file: KnownFile, error: AppError): boolean {
  const isNews = file.error?.code !== error.code
  file.error = error
  file.warnings = [warningOf(error, file.path)]
  delete file.stamp
  return isNews
}

/** Also remembers since when the file looks like that; one that still grows starts anew. */
function isSuspect(file: KnownFile, bytes: Uint8Array, now: Date): boolean {
  if (bytes.length === file.bytes.length || !startsWith(file.bytes, bytes)) return false
  if (file.suspect?.length !== bytes.length) file.suspect = { length: bytes.length, since: now.getTime() }
  return Math.abs(now.getTime() - file.suspect.since) < disbeliefMs
}
