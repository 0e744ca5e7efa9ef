// The daemon's log: one JSON object a line. Callers pass names, codes and
// numbers; secrets and token codes never reach it.
import { type DestinationStream, destination, pino } from 'pino'
import type { LogLevel } from '../core/settings/default-settings.ts'
import { createRotation } from './log-file.ts'

type Write = (facts: object, message: string) => void

export type Log = Record<'debug' | 'info' | 'warn' | 'error', Write>

export type RunningLog = Log & { setLevel(level: LogLevel): void }

/** A log on standard error, which is rotated where it is one of these files; or to `stream`. */
export function createLogger(
  level: LogLevel,
  files: readonly string[] = [],
  stream: DestinationStream = standardError(files),
): RunningLog {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  // pino puts other functions in the place of these when the level changes, so they are looked up at each call.
  return {
    debug: (facts, message) => logger.debug(facts, message),
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
    setLevel(next) {
      logger.level = next
    },
  }
}

const mostWaitingBytes = 1024 * 1024

/** Synchronous, so that the last line before an exit is there. A log that cannot be written must not end the daemon. */
function standardError(files: readonly string[]): DestinationStream {
  const stream = destination({ fd: 2, sync: true, maxLength: mostWaitingBytes })
  stream.on('error', () => undefined)
  const rotation = createRotation(2, files)
  return {
    write(line) {
      rotation.beforeWrite(line.length)
      stream.write(line)
    },
  }
}

/** Where a bug was, without its message: that could hold anything. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return 'not an error'
  const frame = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '))
  return `${error.name} ${frame?.trim() ?? ''}`.trim()
}
