// The keyring of the operating system: the Secret Service on Linux, the Keychain on macOS. Asked in a process of its own, which
// is ended after a minute; a secret goes through its pipes, never through its arguments.
import type { KeyringFailure } from '../../core/login/keyring-failure.ts'
import { desktopEnvironment } from '../desktop/environment.ts'
import type { Environment } from '../paths.ts'
import { runProgram } from '../programs/child-program.ts'
import type { KeyringAnswer, KeyringRequest } from './keyring-process.ts'

export type KeyringResult<T> = { value: T } | { failure: KeyringFailure }

/** Nothing rejects. */
export type Keyring = {
  /** Undefined where there is no such item. */
  read(item: string, stopping: AbortSignal): Promise<KeyringResult<string | undefined>>
  /** Makes the item, or changes it. */
  write(item: string, secret: string, stopping: AbortSignal): Promise<KeyringResult<true>>
  /** False where there was no such item. */
  remove(item: string, stopping: AbortSignal): Promise<KeyringResult<boolean>>
}

type KeyringDeps = {
  environment: Environment
  /** The bundle of keyring-process.ts: its path, or the word by which a single file starts it. */
  programPath: string
  limitMs?: number
}

const usualLimitMs = 60_000

export function createKeyring(deps: KeyringDeps): Keyring {
  return {
    async read(item, stopping) {
      const answer = await ask(deps, { action: 'read', item }, stopping)
      if (!('secret' in answer) || !isSecret(answer.secret)) return asFailure(answer)
      return { value: answer.secret ?? undefined }
    },
    async write(item, secret, stopping) {
      const answer = await ask(deps, { action: 'write', item, secret }, stopping)
      return 'isDone' in answer ? { value: true } : asFailure(answer)
    },
    async remove(item, stopping) {
      const answer = await ask(deps, { action: 'remove', item }, stopping)
      return 'isDone' in answer ? { value: answer.isDone } : asFailure(answer)
    },
  }
}

type Asked = Exclude<KeyringAnswer, string> | { problem: KeyringFailure } | Record<string, never>

async function ask(
  { environment, programPath, limitMs = usualLimitMs }: KeyringDeps,
  request: KeyringRequest,
  stopping: AbortSignal,
): Promise<Asked> {
  const { end, exitCode, stdout, stderr } = await runProgram(process.execPath, [programPath], {
    environment: await desktopEnvironment(environment, stopping),
    input: JSON.stringify(request),
    limitMs,
    stop: stopping,
    endSignal: 'SIGKILL',
    tooMuchOutput: 'kill',
    processGroup: 'own, ends with it',
  })
  if (end.kind === 'stopped' || end.kind === 'timed-out') return { problem: { kind: end.kind } }
  const answer = exitCode === 0 ? parsed(stdout) : undefined
  if (answer === 'not-installed') return { problem: { kind: answer } }
  if (typeof answer !== 'object') return { problem: { kind: 'failed', said: lastLine(stderr) } }
  return answer ?? {}
}

function parsed(text: string): KeyringAnswer | undefined {
  try {
    return JSON.parse(text) as KeyringAnswer
  } catch {
    return undefined
  }
}

function isSecret(value: unknown): boolean {
  return value === null || typeof value === 'string'
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

function asFailure(answer: Asked): { failure: KeyringFailure } {
  if ('problem' in answer) return { failure: answer.problem }
  const said = 'failure' in answer ? answer.failure : 'it answered another question'
  return { failure: { kind: 'failed', said } }
}
