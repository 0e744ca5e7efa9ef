// The credentials file and the config file, followed to where the settings say they are.

import type { AppError } from '../../core/errors.ts'
import type { Documents } from '../../core/profiles/sections.ts'
import type { Files, Warning } from '../../core/wire.ts'
import type { FileStore } from '../../edges/files/store.ts'
import {
  createParse,
  disbeliefMs,
  type KnownFile,
  knownFile,
  type Parse,
  type RememberingParse,
  refreshFile,
} from './known-file.ts'

export type FileName = keyof Documents

export const fileNames = ['credentials', 'config'] as const

export type BothFiles = {
  /** Looks at the stamps, and re-reads what changed. Answers whether anything did. */
  refresh(files: Files, now: Date): boolean
  /** Believes what we have just written, even where it is what a half-written file would be like. */
  adopt(name: FileName, bytes: Uint8Array): void
  /** Replaced by another object when the settings name another file. */
  file(name: FileName): Readonly<KnownFile>
  /** Mends what a killed process left of either. */
  recover(): Promise<RecoveredFiles>
  /** Lets go of versions that no longer stand. */
  forgetFormer(): void
  readonly documents: Documents
  readonly warnings: readonly Warning[]
  /** Why one of them cannot be read now. */
  readonly unreadable: AppError | undefined
  /** Undefined when everything read is believed, else the instant to look again. */
  readonly doubtfulUntil: Date | undefined
  close(): Promise<void>
}

/** The names of the files that were removed, and which of the two was left half-written and is whole now. */
export type RecoveredFiles = { removed: string[]; completed: FileName[] }

type Deps = {
  openStore(path: string): FileStore
  /** Reads the credentials file; see createParse. */
  parse: RememberingParse
  read?: Parse
}

export function createBothFiles({ openStore, parse, read }: Deps, files: Files): BothFiles {
  const open: Record<FileName, (path: string) => KnownFile> = {
    credentials: (path) => knownFile(path, true, openStore(path), parse),
    config: (path) => knownFile(path, false, openStore(path), createParse(read)),
  }
  const known = { credentials: open.credentials(files.credentials), config: open.config(files.config) }
  /** From before a path in the settings changed: their stores finish what they began. */
  const former: KnownFile[] = []
  const all = () => [known.credentials, known.config, ...former]

  const follow = (files: Files) => {
    for (const name of fileNames) {
      if (known[name].path === files[name]) continue
      former.push(known[name])
      known[name] = open[name](files[name])
      void known[name].store.recover()
    }
  }

  return {
    refresh(files, now) {
      follow(files)
      return fileNames.map((name) => refreshFile(known[name], now)).includes(true)
    },
    adopt(name, bytes) {
      known[name].bytes = bytes
      delete known[name].suspect
    },
    file: (name) => known[name],
    async recover() {
      const recovered: RecoveredFiles = { removed: [], completed: [] }
      for (const name of fileNames) {
        const { removed, isCompleted } = await known[name].store.recover()
        recovered.removed.push(...removed)
        if (isCompleted) recovered.completed.push(name)
      }
      return recovered
    },
    forgetFormer() {
      for (const { parse: each } of all()) each.forgetFormer()
    },
    get documents() {
      return { credentials: known.credentials.document, config: known.config.document }
    },
    get warnings() {
      const leftovers = all().flatMap(({ store, path }) =>
        store.warnings().map((warning) => ({ ...warning, file: path })),
      )
      return [...known.credentials.warnings, ...leftovers, ...known.config.warnings]
    },
    get unreadable() {
      return known.credentials.error ?? known.config.error
    },
    get doubtfulUntil() {
      return doubtfulUntil(known.credentials, known.config)
    },
    async close() {
      await Promise.all(all().map(({ store }) => store.close()))
    },
  }
}

function doubtfulUntil(...files: readonly KnownFile[]): Date | undefined {
  const since = files.flatMap(({ suspect }) => suspect?.since ?? [])
  return since.length === 0 ? undefined : new Date(Math.max(...since) + disbeliefMs)
}
