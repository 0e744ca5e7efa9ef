// What the daemon knows of the files: they are read again whenever a stamp has changed, and what follows from the parts that have
// changed is derived anew. And what it meant to stand in the credentials file.

import type { CredentialsDocument } from '../../core/document/document.ts'
import type { AppError } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { type ProfileReading, readProfiles } from '../../core/profiles/profiles.ts'
import {
  type ConfigProfiles,
  configProfiles,
  type Documents,
  type ProfileSections,
  profileSections,
} from '../../core/profiles/sections.ts'
import { isActive } from '../../core/profiles/session-state.ts'
import type { Settings } from '../../core/settings/default-settings.ts'
import type { Files, Warning } from '../../core/wire.ts'
import { emptyLedger, forgetWritten, type Ledger } from '../../core/writes/ledger.ts'
import { busyError } from '../../edges/files/disk/errors.ts'
import type { FileStore, UpdateResult } from '../../edges/files/store.ts'
import { trustWarnings } from '../../edges/files/warnings.ts'
import { createBothFiles, type FileName, fileNames, type RecoveredFiles } from './both-files.ts'
import { createParse, type KnownFile, type Parse } from './known-file.ts'
import { createKnownSettings } from './known-settings.ts'

export type KnownFilesDeps = {
  now(): Date
  /** Throws settings.*. */
  loadSettings(): Settings
  settingsStamp(): string
  resolveFiles(settings: Settings): Files
  openStore(path: string): FileStore
  /** By default parseDocument. */
  read?: Parse
  /** Throws AppError file.* where somebody else could have written one of the files. */
  checkTrusted(paths: readonly string[]): void
}

export type KnownFiles = {
  /** Local time. */
  now(): Date
  /** Looks at the stamps, and re-reads what changed. Answers whether anything did. */
  refresh(): boolean
  /** Believes what we have just written, even where it is what a half-written file would be like. */
  adoptWritten(name: FileName, result: Pick<UpdateResult, 'bytes' | 'realPath'>): void
  /** Reads a version of the credentials file; one that was read just before is not read again. */
  parse(bytes: Uint8Array): CredentialsDocument
  /** Lets go of versions of the files that no longer stand. */
  forgetFormer(): void
  /** That of the credentials file. */
  readonly ledger: Ledger
  ledgerOf(name: FileName): Ledger
  /** From now on, this is what we meant to stand in the file; by default the credentials file. */
  setLedger(ledger: Ledger, name?: FileName): void
  /** We have just written or removed these session sections. */
  noteWritten(sections: Iterable<string>): void
  /** Those that were written or removed since this was asked last. */
  takeWritten(): string[]
  /** Where the credentials file really is; undefined until it could be located. */
  readonly realPath: string | undefined
  /** The daemon is ending: merges no longer wait for other programs. */
  readonly isClosing: boolean
  /** Stops watching for late writes into files that were replaced. */
  close(): Promise<void>
  readonly settings: Settings
  /** Can they be used as they stand in their file now? Else they are those of before. */
  readonly areSettingsSound: boolean
  readonly files: Files
  readonly documents: Documents
  /** The sections of both files by profile. */
  readonly sections: ProfileSections
  readonly profiles: readonly Profile[]
  /** Those with a session of ours: few, and asked for at every look. */
  readonly active: readonly Profile[]
  readonly credentials: FileStore
  /** One of the two files, as it is believed; another object once the settings name another file. */
  file(name: FileName): Readonly<KnownFile>
  /** Mends what a killed process left of either. */
  recover(): Promise<RecoveredFiles>
  readonly warnings: readonly Warning[]
  /** Why a file cannot be read now. While it is so, nothing must be concluded from what it may hold. */
  readonly unreadable: AppError | undefined
  /** Throws AppError file.* where somebody else could have written what steers a key, a code or a command. */
  checkTrusted(): void
  /** Undefined when everything read is believed, else the instant to look again. */
  readonly doubtfulUntil: Date | undefined
  /** Waits until everything read is believed. Throws file.busy after 3 s. */
  untilBelieved(): Promise<void>
}

const believedWithinMs = 3000
const waitStepMs = 50

/** Reads everything for the first time. Throws settings.* when the settings cannot be used: there are no last good ones. */
export function createKnownFiles(deps: KnownFilesDeps): KnownFiles {
  const parse = createParse(deps.read)
  const settings = createKnownSettings(deps)
  const both = createBothFiles({ ...deps, parse }, settings.files)
  const ledgers = createLedgers()
  const derive = createDerivation()
  let derived = derive(both.documents, settings.current, settings.files)
  let isClosing = false

  const refresh = (): boolean => {
    const areSettingsNew = settings.refresh()
    const areFilesNew = both.refresh(settings.files, deps.now())
    for (const name of fileNames) ledgers.standsAt(name, both.file(name).realPath)
    if (!areSettingsNew && !areFilesNew) return false
    derived = derive(both.documents, settings.current, settings.files)
    return true
  }
  refresh()
  const steering = () => [settings.files.settings, settings.files.config, settings.files.credentials]
  const known: KnownFiles = {
    now: deps.now,
    refresh,
    adoptWritten(name, { bytes, realPath: writtenPath }) {
      const { realPath: believedPath = writtenPath } = both.file(name)
      if (writtenPath === believedPath) both.adopt(name, bytes)
      refresh()
    },
    parse,
    get ledger() {
      return ledgers.of('credentials')
    },
    ledgerOf: ledgers.of,
    setLedger: (next, name = 'credentials') => ledgers.set(name, next),
    ...createWrittenSections(),
    get settings() {
      return settings.current
    },
    get areSettingsSound() {
      return settings.warnings.length === 0
    },
    get files() {
      return settings.files
    },
    get documents() {
      return both.documents
    },
    get sections() {
      return derived.sections
    },
    get profiles() {
      return derived.profiles
    },
    get active() {
      return derived.active
    },
    get credentials() {
      return both.file('credentials').store
    },
    file: both.file,
    recover: both.recover,
    forgetFormer: both.forgetFormer,
    get warnings() {
      return [...settings.warnings, ...trustWarnings(deps, steering()), ...both.warnings]
    },
    checkTrusted: () => deps.checkTrusted(steering()),
    get unreadable() {
      return both.unreadable
    },
    get doubtfulUntil() {
      return both.doubtfulUntil
    },
    get realPath() {
      return both.file('credentials').realPath
    },
    get isClosing() {
      return isClosing
    },
    close() {
      isClosing = true
      return both.close()
    },
    untilBelieved: () => untilBelieved(known),
  }
  return known
}

/** What follows from the files for the profiles. What has not changed since the last time is not looked at again. */
function createDerivation() {
  let config: { document: CredentialsDocument; profiles: ConfigProfiles } | undefined
  let reading: ProfileReading | undefined
  return (documents: Documents, settings: Settings, files: Files) => {
    if (config?.document !== documents.config)
      config = { document: documents.config, profiles: configProfiles(documents.config) }
    reading = readProfiles(profileSections(documents, config.profiles), settings, files, reading)
    return { ...reading, active: reading.profiles.filter(isActive) }
  }
}

function createLedgers() {
  const ledgers = { credentials: emptyLedger, config: emptyLedger }
  const realPaths: Partial<Record<FileName, string | undefined>> = {}
  return {
    of: (name: FileName): Ledger => ledgers[name],
    set(name: FileName, ledger: Ledger) {
      ledgers[name] = ledger
    },
    /** What was written to another file is nothing to be put into this one. */
    standsAt(name: FileName, realPath: string | undefined) {
      if (realPath !== realPaths[name]) ledgers[name] = forgetWritten(ledgers[name])
      realPaths[name] = realPath
    },
  }
}

function createWrittenSections() {
  const written = new Set<string>()
  return {
    noteWritten(sections: Iterable<string>) {
      for (const section of sections) written.add(section)
    },
    takeWritten(): string[] {
      const sections = [...written]
      written.clear()
      return sections
    },
  }
}

async function untilBelieved(known: KnownFiles): Promise<void> {
  known.refresh()
  const startedAt = known.now().getTime()
  while (known.doubtfulUntil !== undefined) {
    const waitedMs = Math.abs(known.now().getTime() - startedAt)
    if (waitedMs > believedWithinMs) {
      const { suspect, path } = known.file('config')
      throw busyError(suspect === undefined ? known.files.credentials : path)
    }
    await new Promise((resolve) => setTimeout(resolve, waitStepMs))
    known.refresh()
  }
}
