// `after_write_command`: run after session sections were written or removed, for programs that keep what they have read.
// One runs at a time; what is written meanwhile is told to the next one, so the last run is always later than the last write.

import { errorBody } from '../core/errors.ts'
import { commandFailure, profilesVariable } from '../core/login/settings-command.ts'
import type { Warning } from '../core/wire.ts'
import type { Log } from '../edges/logger.ts'
import type { KnownFiles } from './files/known-files.ts'
import type { CodeCommandDeps } from './login/code-commands.ts'

type Deps = CodeCommandDeps & { known: KnownFiles; log: Log }

export type AfterWrite = {
  /** Starts the command where something was written since the last look. */
  look(): void
  /** Why the last one failed, for as long as one is set. */
  warnings(): Warning[]
  /** Ends the command that runs, and starts no more. */
  close(): void
}

const limitMs = 60_000
const tryAgain = 'mend after_write_command in the settings; it runs again at the next login'

export function createAfterWrite({ known, log, checkOwnFile, runCommand }: Deps): AfterWrite {
  const closing = new AbortController()
  const waiting = new Set<string>()
  let isRunning = false
  let problem: Warning | undefined

  /** Never throws. */
  const run = async (command: string, profiles: readonly string[]): Promise<Warning | undefined> => {
    try {
      checkOwnFile(known.files.settings)
    } catch (error) {
      const { message, hint } = errorBody(error)
      return warningOf(`after_write_command was not run: ${message}`, hint)
    }
    const variables = { MFAD_PROFILES: profilesVariable(profiles) }
    const failure = commandFailure(
      'after_write_command',
      await runCommand(command, limitMs, closing.signal, variables),
      limitMs / 1000,
    )
    return failure && warningOf(failure.message, failure.nextStep ?? tryAgain)
  }

  const next = async () => {
    isRunning = true
    for (;;) {
      const { afterWriteCommand } = known.settings
      if (waiting.size === 0 || afterWriteCommand === undefined || closing.signal.aborted) break
      const profiles = [...waiting]
      waiting.clear()
      problem = await run(afterWriteCommand, profiles)
      if (problem !== undefined) log.warn({ problem: problem.message }, 'after_write_command failed')
    }
    isRunning = false
  }

  return {
    look() {
      const { afterWriteCommand } = known.settings
      const written = known.takeWritten()
      if (afterWriteCommand === undefined) return waiting.clear()
      for (const section of written) waiting.add(profileOf(known, section))
      if (waiting.size > 0 && !isRunning) void next()
    },
    warnings: () =>
      problem === undefined || known.settings.afterWriteCommand === undefined ? [] : [problem],
    close: () => closing.abort(),
  }
}

/** Of a section whose profile is gone, its own name. */
function profileOf({ profiles }: KnownFiles, section: string): string {
  return profiles.find(({ sessionProfile }) => sessionProfile === section)?.profile ?? section
}

function warningOf(message: string, hint: string): Warning {
  return { code: 'settings.after-write-failed', message, hint }
}
