// Where long-term keys can be, beside the files.
import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CommandResult } from '../../core/login/command-result.ts'
import type { Environment } from '../paths.ts'
import { isSingleFile } from '../single-file.ts'
import { runCredentialProcess } from './credential-process.ts'
import { createKeyring, type Keyring } from './keyring.ts'

export type KeyPlaces = {
  /** Never rejects. The command is ended after the time-out, and when the daemon stops. */
  runCredentialProcess(command: string, timeoutMs: number, stopping: AbortSignal): Promise<CommandResult>
  keyring: Keyring
}

/** `scriptPath`: that of this program, beside which its other bundles are; a single file has them in it. */
export function createKeyPlaces(environment: Environment, scriptPath: string): KeyPlaces {
  return {
    runCredentialProcess: (command, timeoutMs, stopping) =>
      runCredentialProcess(command, { environment, timeoutMs, stopping }),
    keyring: createKeyring({
      environment,
      programPath: isSingleFile() ? 'keyring.cjs' : join(dirname(realpathSync(scriptPath)), 'keyring.cjs'),
    }),
  }
}
