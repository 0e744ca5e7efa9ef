// One request, sent without asking for the status first: the daemon says whether it and this command line mean the same files. So this
// file reads no settings and words no errors. Where something goes wrong it loads connection.ts, which does both.
import { lstatSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import { type FileVariables, fileVariables } from '../../core/wire.ts'
import { type Environment, isForwarded, resolveFiles, socketCandidates } from '../../edges/paths.ts'
import { fitsSocketPath } from '../../edges/socket-path.ts'
import type { Output } from '../terminal/output.ts'
import { isUsable } from './answers.ts'
import { type Answer, request } from './client.ts'

/**
 * Undefined where nobody was asked, or where the daemon refused before it did anything: then ask for the status first. Never asks a
 * daemon that ssh forwards, since the user has to be told of that. Throws the daemon's own error, and daemon.*.
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

/** The errors after which nothing has been done. One of them comes from a daemon of another version, which does not know the request. */
const refusedBefore = /^(?:usage|profile|settings)\.|^daemon\.not-running$/

export function fileVariablesOf(environment: Environment): FileVariables {
  return Object.fromEntries(
    fileVariables.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  )
}

/** The socket to ask, if there is one with nothing odd about it. Whether the setting `socket` leads to it, the daemon checks. */
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
