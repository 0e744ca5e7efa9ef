// Codes from an mfa_process. One command runs at a time: two that ask one security key for a code would be in each other's
// way.
import type { CommandResult } from '../../core/login/command-result.ts'
import { codeOf, refusedMfaProcess } from '../../core/login/mfa-process.ts'
import type { MfaProcess } from '../../core/profiles/profile.ts'

export type CodeCommandDeps = {
  /** Throws where somebody else could have written the file. */
  checkOwnFile(path: string): void
  /** Never rejects. The command is ended after the time-out, and when the daemon stops. */
  runCommand(
    command: string,
    timeoutMs: number,
    stopping: AbortSignal,
    variables?: Record<string, string>,
  ): Promise<CommandResult>
}

export type CodeCommands = {
  /** The code. Throws device.mfa-process-* and daemon.stopping. */
  codeFrom(mfaProcess: MfaProcess): Promise<string>
  /** Ends the command that runs. */
  close(): void
}

const timeoutMs = 60_000

export function createCodeCommands({ checkOwnFile, runCommand }: CodeCommandDeps): CodeCommands {
  const closing = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  const codeFrom = async (mfaProcess: MfaProcess): Promise<string> => {
    try {
      checkOwnFile(mfaProcess.file)
    } catch (error) {
      throw refusedMfaProcess(mfaProcess, error)
    }
    return codeOf(
      await runCommand(mfaProcess.command, timeoutMs, closing.signal),
      mfaProcess,
      timeoutMs / 1000,
    )
  }
  return {
    codeFrom(mfaProcess) {
      const code = last.then(() => codeFrom(mfaProcess))
      last = code.catch(() => undefined)
      return code
    },
    close: () => closing.abort(),
  }
}
