// The settings as they were read last, and the files they name. Where the settings file has become unusable, what it said
// before still counts.

import type { Settings } from '../../core/settings/default-settings.ts'
import type { Files, Warning } from '../../core/wire.ts'
import { warningOf } from '../../edges/files/warnings.ts'

export type KnownSettings = {
  /** Reads them again where their stamp says that they changed. Answers whether they were read. */
  refresh(): boolean
  readonly current: Settings
  readonly files: Files
  readonly warnings: readonly Warning[]
}

type Deps = {
  /** Throws settings.*. */
  loadSettings(): Settings
  settingsStamp(): string
  resolveFiles(settings: Settings): Files
}

/** Throws settings.* where they cannot be used: there are no last good ones. */
export function createKnownSettings({ loadSettings, settingsStamp, resolveFiles }: Deps): KnownSettings {
  let current = loadSettings()
  let stamp = settingsStamp()
  let files = resolveFiles(current)
  let warnings: Warning[] = []
  return {
    refresh() {
      const found = settingsStamp()
      if (found === stamp) return false
      stamp = found
      try {
        current = loadSettings()
        warnings = []
        // The socket is bound already: another path counts from the next start on.
        files = { ...resolveFiles(current), socket: files.socket }
      } catch (error) {
        warnings = [warningOf(error, files.settings)]
      }
      return true
    },
    get current() {
      return current
    },
    get files() {
      return files
    },
    get warnings() {
      return warnings
    },
  }
}
