// A command that must be refused before anything happens: nothing written, and no code sent to AWS.
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Sandbox } from './sandbox.ts'

export type Refusal = {
  exitCode: number
  /** Standard error, whole. */
  says: string
  environment?: Record<string, string>
  input?: string
}

/** Runs `mfad ARGS`, and fails unless it is refused with these words, no code was sent and no file was touched. */
export async function expectRefusal(
  sandbox: Sandbox,
  args: readonly string[],
  refusal: Refusal,
): Promise<void> {
  const { exitCode, says, environment = {}, input = '' } = refusal
  const sent = sandbox.codesSent().length
  const before = snapshot(sandbox.credentialsFile)
  const ended = await sandbox.mfadWith({ environment, input }, ...args)
  expect(ended).toEqual({ exitCode, stdout: '', stderr: `${says}\n` })
  expect(sandbox.codesSent().length).toBe(sent)
  expect(snapshot(sandbox.credentialsFile)).toEqual(before)
}

function snapshot(path: string): unknown {
  if (!existsSync(path)) return 'absent'
  const { ino, mode, mtimeMs } = lstatSync(path)
  return { ino, mode, mtimeMs, content: lstatSync(path).isFile() ? readFileSync(path, 'latin1') : '' }
}
