// The daemon's log: one JSON object a line, or readable lines where a person looks on. Callers pass names, codes and
// numbers; secrets and token codes never reach it.
import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { LogLevel } from '../core/default-settings.ts'

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

export type RunningLog = Log & { setLevel(level: LogLevel): void }

/** A log on a file descriptor. Writing is synchronous, so that the last line before an exit is there. */
export function createLogger(
  level: LogLevel,
  stream: DestinationStream = destination({ fd: 2, sync: true }),
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
  return {
    debug: logger.debug.bind(logger),
    info: logger.info.bind(logger),
    warn: logger.warn.bind(logger),
    error: logger.error.bind(logger),
    setLevel(next) {
      logger.level = next
    },
  }
}
