// One request, sent without asking for the status first: the daemon says whether it and this command line mean the same files. So
// neither the settings file is read here, nor is there a word about what goes wrong: connection.ts has them, and is loaded for that.
import { lstatSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import { type FileVariables, fileVariables } from '../../core/wire.ts'
import { type Environment, isForwarded, resolveFiles, socketCandidates } from '../../edges/paths.ts'
import { fitsSocketPath } from '../../edges/socket-path.ts'
import type { Output } from '../terminal/output.ts'
import { isUsable } from './answers.ts'
import { type Answer, request } from './client.ts'

/**
 * Undefined where nobody was asked, or where the daemon refused before it did anything: then it has to be asked for its status.
 * Never goes to a daemon that ssh forwards, which has to be announced. Throws the daemon's own error, and daemon.*.
 */
export async function callAtOnce<T>(
  environment: Environment,
  output: Output,
  route: string,
  body: object,
  limitMs: number,
): Promise<T | undefined> {
  const path = standingSocket(environment)
  if (path === undefined) return undefined
  let answer: Answer | Error
  try {
    answer = await request(path, 'POST', route, body, limitMs)
    if (answer.version === MFAD_VERSION && answer.status === 200 && isUsable(route, 200, answer.body))
      return answer.body as T
  } catch (error) {
    answer = error as Error
  }
  try {
    const { readAnswer } = await import('./connection.ts')
    return await readAnswer<T>(environment, output, route, path, answer)
  } catch (error) {
    if (error instanceof AppError && refusedBefore.test(error.code)) return undefined
    throw error
  }
}

/** A daemon of another version does not know the request, or what is taken for granted in it. */
const refusedBefore = /^(?:usage|profile|settings)\.|^daemon\.not-running$/

export function fileVariablesOf(environment: Environment): FileVariables {
  return Object.fromEntries(
    fileVariables.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  )
}

/** The one to be asked, if it is there and nothing about it is odd. The setting `socket` is left to the daemon. */
function standingSocket(environment: Environment): string | undefined {
  const uid = process.getuid?.() ?? -1
  const candidates = socketCandidates(environment, resolveFiles(environment, {}).socket, uid)
  try {
    for (const path of candidates) {
      const stat = lstatSync(path, { throwIfNoEntry: false })
      if (stat === undefined) continue
      const isPlain = stat.isSocket() && stat.uid === uid && fitsSocketPath(path) && !isForwarded(path)
      return isPlain ? path : undefined
    }
  } catch {
    // It cannot be looked at; connection.ts says so.
  }
  return undefined
}
