// systemd's journal, read by journalctl.
import { spawn } from 'node:child_process'
import { AppError, messageOf } from '../core/errors.ts'
import { printable } from '../core/text/printable.ts'
import { createSplitter } from './log-reader.ts'

type JournalLine = { text: string; at?: Date }

export type JournalRequest = {
  unit: string
  isUserUnit: boolean
  mostLines: number
  follow: boolean
  onLine(line: JournalLine): void
  /** Ends the reading, which is then no failure. */
  stopping: AbortSignal
}

const mostComplaintCharacters = 300

/** Hands over each line; resolves when there are no more. Throws daemon.log-unusable. */
export async function readJournal(request: JournalRequest): Promise<void> {
  const { unit, isUserUnit, mostLines, follow, onLine, stopping } = request
  const args = [
    ...[isUserUnit ? '--user-unit' : '--unit', unit],
    ...['--lines', String(mostLines), '--output', 'json', '--all', '--no-pager', '--quiet'],
    ...(follow ? ['--follow'] : []),
  ]
  const child = spawn('journalctl', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
  const stop = () => void child.kill()
  stopping.addEventListener('abort', stop, { once: true })
  const lines = createSplitter()
  let complaint = ''
  child.stdout.on('data', (bytes: Buffer) => {
    for (const line of lines.take(bytes)) onLine(journalLine(line))
  })
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = `${complaint}${bytes}`.slice(0, mostComplaintCharacters)
  })
  const failure = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error)))
    child.once('close', (exitCode) =>
      resolve(exitCode === 0 ? undefined : complaint.trim() || `exit status ${exitCode}`),
    )
  }).finally(() => stopping.removeEventListener('abort', stop))
  if (failure === undefined || stopping.aborted) return
  throw new AppError(
    'daemon.log-unusable',
    `journalctl cannot read the journal: ${printable(failure, mostComplaintCharacters)}`,
    `see whether this works: journalctl ${args.slice(0, 2).join(' ')}`,
  )
}

/** As `journalctl --output json` prints it: a message that is no text is a list of its bytes. */
function journalLine(line: string): JournalLine {
  try {
    const { MESSAGE: message, __REALTIME_TIMESTAMP: microseconds } = JSON.parse(line) as Record<
      string,
      unknown
    >
    const at = new Date(Number(microseconds) / 1000)
    const text = Array.isArray(message)
      ? Buffer.from(message.map(Number)).toString('utf8')
      : String(message ?? '')
    return Number.isNaN(at.getTime()) ? { text } : { text, at }
  } catch {
    return { text: line }
  }
}
