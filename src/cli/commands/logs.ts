// `mfad logs`: the daemon's log, wherever it is kept.

import { escapeUnsafe } from '../../core/text/clean.ts'
import { readJournal } from '../../edges/journal.ts'
import { openLogReader } from '../../edges/log-reader.ts'
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'
import { findLog, type LogPlace } from '../connection/log-place.ts'
import type { Output } from '../terminal/output.ts'
import { type LogEntry, logJson, logText } from '../text/log-text.ts'

const mostLines = 1000
/** As many as `tail -f` and `journalctl -f` begin with. */
const linesBeforeFollowing = 10
const lookEveryMs = 200
/** As a shell reports them: 128 plus the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export async function runLogs({ values, environment, output }: Invocation): Promise<number> {
  const context = await loadContext(environment)
  const place = await findLog(context)
  if (place.pid === undefined)
    output.note(`mfad: the daemon is not running; this is its last log, ${nameOf(place)}`)
  let isEmpty = true
  const show = (entry: LogEntry) => {
    isEmpty = false
    output.print(values.json === true ? escapeUnsafe(logJson(entry)) : logText(entry, output.style))
  }
  if (values.follow === true) return follow(place, output, show)
  await readLast(place, show)
  if (isEmpty) output.note(`mfad: ${nameOf(place)} has no lines that you can read`)
  return 0
}

function nameOf(place: LogPlace): string {
  return place.kind === 'file' ? place.path : `the journal of ${place.unit}`
}

async function readLast(place: LogPlace, show: (entry: LogEntry) => void): Promise<void> {
  if (place.kind === 'journal') {
    const { signal: stopping } = new AbortController()
    return readJournal({ ...place, mostLines, follow: false, onLine: show, stopping })
  }
  const reader = openLogReader(place.path)
  for (const text of reader.lastLines(mostLines)) show({ text })
  reader.close()
}

/** Until a signal ends it, or nobody reads what it prints any more. */
async function follow(place: LogPlace, output: Output, show: (entry: LogEntry) => void): Promise<number> {
  const stop = new AbortController()
  let exitCode = 0
  const onSignal = (signal: keyof typeof exitCodes) => {
    exitCode = exitCodes[signal]
    stop.abort()
  }
  for (const signal of Object.keys(exitCodes)) process.on(signal, onSignal)
  const onLine = (entry: LogEntry) => {
    show(entry)
    if (!output.hasReader()) stop.abort()
  }
  try {
    if (place.kind === 'file') await followFile(place.path, onLine, stop.signal)
    else
      await readJournal({
        ...place,
        mostLines: linesBeforeFollowing,
        follow: true,
        onLine,
        stopping: stop.signal,
      })
    return exitCode
  } finally {
    for (const signal of Object.keys(exitCodes)) process.off(signal, onSignal)
  }
}

async function followFile(
  path: string,
  onLine: (entry: LogEntry) => void,
  stopping: AbortSignal,
): Promise<void> {
  const reader = openLogReader(path)
  for (const text of reader.lastLines(linesBeforeFollowing)) onLine({ text })
  while (!stopping.aborted) {
    for (const text of reader.newLines()) onLine({ text })
    await pause(lookEveryMs, stopping)
  }
  reader.close()
}

function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, stopping.aborted ? 0 : ms)
    stopping.addEventListener('abort', end)
  })
}
