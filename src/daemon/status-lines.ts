// Keeps the status file true: written anew when a line of it changes. One that changes by time alone does so at the next
// tick, up to half a minute later; prompts see that earlier, by the expiration.

import { AppError, errorBody } from '../core/errors.ts'
import { statusFileText } from '../core/status-file.ts'
import type { Warning } from '../core/wire.ts'
import type { Log } from '../edges/logger.ts'
import type { StatusFile } from '../edges/status-file.ts'
import { type AgentState, activeNow } from './agent-state.ts'
import type { KnownFiles } from './files/known-files.ts'

type Deps = { known: KnownFiles; state: AgentState; statusFile: StatusFile; log: Log; now(): Date }

export type StatusLines = {
  look(): void
  /** Why prompts and bars see nothing. */
  warnings(): Warning[]
}

/** That the file cannot be written fails nothing else. */
export function createStatusLines({ known, state, statusFile, log, now }: Deps): StatusLines {
  let problem: Warning | undefined
  const write = (text: string) => {
    try {
      statusFile.write(text)
      problem = undefined
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      if (error.message !== problem?.message)
        log.warn({ error: errorBody(error) }, 'prompts and bars see nothing')
      problem = errorBody(error)
    }
  }
  return {
    look: () => write(statusFileText(activeNow(known, state), known.settings.reminderLeadSeconds, now())),
    warnings: () => (problem === undefined ? [] : [problem]),
  }
}
