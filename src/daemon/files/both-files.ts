// The credentials file and the config file, followed to where the settings say they are.

import type { AppError } from '../../core/errors.ts'
import type { Documents } from '../../core/profiles/sections.ts'
import type { Files, Warning } from '../../core/wire.ts'
import type { FileStore } from '../../edges/files/store.ts'
import { createParse, disbeliefMs, type KnownFile, knownFile, type Parse, refreshFile } from './known-file.ts'

export type BothFiles = {
  /** Looks at the stamps, and re-reads what changed. Answers whether anything did. */
  refresh(files: Files, now: Date): boolean
  /** Believes what we have just written, even where it is what a half-written file would be like. */
  adopt(bytes: Uint8Array): void
  readonly documents: Documents
  readonly credentials: FileStore
  readonly credentialsBytes: Uint8Array
  /** Where the credentials file really is; undefined until it could be located. */
  readonly realPath: string | undefined
  readonly warnings: readonly Warning[]
  /** Why one of them cannot be read now. */
  readonly unreadable: AppError | undefined
  /** Undefined when everything read is believed, else the instant to look again. */
  readonly doubtfulUntil: Date | undefined
  close(): Promise<void>
}

type Deps = {
  openStore(path: string): FileStore
  /** Reads the credentials file; see createParse. */
  parse: Parse
  read?: Parse
}

export function createBothFiles({ openStore, parse, read }: Deps, files: Files): BothFiles {
  const openCredentials = (path: string) => knownFile(path, true, openStore(path), parse)
  const openConfig = (path: string) => knownFile(path, false, openStore(path), createParse(read))
  let credentials = openCredentials(files.credentials)
  let config = openConfig(files.config)
  /** The stores of former credentials files, from before the path in the settings changed: they finish what they began. */
  const formerStores: FileStore[] = []

  const follow = (files: Files) => {
    if (credentials.path !== files.credentials) {
      formerStores.push(credentials.store)
      credentials = openCredentials(files.credentials)
      void credentials.store.recover()
    }
    if (config.path !== files.config) config = openConfig(files.config)
  }

  return {
    refresh(files, now) {
      follow(files)
      return [refreshFile(credentials, now), refreshFile(config, now)].includes(true)
    },
    adopt(bytes) {
      credentials.bytes = bytes
      delete credentials.suspect
    },
    get documents() {
      return { credentials: credentials.document, config: config.document }
    },
    get credentials() {
      return credentials.store
    },
    get credentialsBytes() {
      return credentials.bytes
    },
    get realPath() {
      return credentials.realPath
    },
    get warnings() {
      const leftovers = [credentials.store, ...formerStores]
        .flatMap((store) => store.warnings())
        .map((warning) => ({ ...warning, file: credentials.path }))
      return [...credentials.warnings, ...leftovers, ...config.warnings]
    },
    get unreadable() {
      return credentials.error ?? config.error
    },
    get doubtfulUntil() {
      return doubtfulUntil(credentials, config)
    },
    async close() {
      await Promise.all([credentials.store, ...formerStores].map((store) => store.close()))
    },
  }
}

function doubtfulUntil(...files: readonly KnownFile[]): Date | undefined {
  const since = files.flatMap(({ suspect }) => suspect?.since ?? [])
  return since.length === 0 ? undefined : new Date(Math.max(...since) + disbeliefMs)
}
