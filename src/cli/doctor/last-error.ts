// The last line of the daemon's log that tells of an error.
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import { readJournal } from '../../edges/journal.ts'
import { openLogReader } from '../../edges/log-reader.ts'
import type { Context } from '../connection/context.ts'
import { findLog, type LogPlace } from '../connection/log-place.ts'

const mostLines = 500
const mostCharacters = 200
const limitMs = 5000

/** Undefined where there is none, and where there is no log to be read. */
export async function readLastError(context: Context): Promise<{ text: string; at: string } | undefined> {
  try {
    const lines = await lastLines(await findLog(context))
    return lines.flatMap(errorIn).at(-1)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

async function lastLines(place: LogPlace): Promise<string[]> {
  if (place.kind === 'journal') {
    const lines: string[] = []
    const onLine = ({ text }: { text: string }) => void lines.push(text)
    await readJournal({ ...place, mostLines, follow: false, onLine, stopping: AbortSignal.timeout(limitMs) })
    return lines
  }
  const reader = openLogReader(place.path)
  try {
    return reader.lastLines(mostLines)
  } finally {
    reader.close()
  }
}

function errorIn(line: string): { text: string; at: string }[] {
  const { level, msg, time, problem } = factsIn(line)
  if (level !== 'error' || typeof msg !== 'string') return []
  const detail = typeof problem === 'string' ? `: ${problem.split('\n')[0]}` : ''
  return [{ text: printable(`${msg}${detail}`, mostCharacters), at: printable(String(time), 30) }]
}

function factsIn(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
