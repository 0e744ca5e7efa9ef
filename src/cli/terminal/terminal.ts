// The two standard outputs as file descriptors: making Node's streams for them takes as long as asking the daemon.
import { fstatSync, lstatSync, writeSync } from 'node:fs'

type Descriptor = 1 | 2

export type Size = { columns: number; rows: number }

export type Terminal = {
  write(descriptor: Descriptor, text: string): void
  isTerminal(descriptor: Descriptor): boolean
  /** False once what was written to standard output found no reader any more. */
  hasReader(): boolean
  /** Of the terminal at standard output, as it is now. */
  size(): Size
}

const goneCodes: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'EBADF'])

/**
 * Writes at once; a pipe that is full gets the rest through Node's stream, in order. A reader that has gone is no error.
 */
export function createTerminal(): Terminal {
  const streams = new Map<Descriptor, NodeJS.WriteStream>()
  const gone = new Set<Descriptor>()
  return {
    write(descriptor, text) {
      const noteGone = (error: unknown) => {
        ignoreGoneReader(error)
        gone.add(descriptor)
      }
      const bytes = Buffer.from(text)
      const rest = streams.has(descriptor) ? bytes : writeWhatFits(descriptor, bytes, noteGone)
      if (rest.length === 0) return
      const stream = streams.get(descriptor) ?? openStream(descriptor, noteGone)
      streams.set(descriptor, stream)
      stream.write(rest)
    },
    hasReader: () => !gone.has(1),
    isTerminal,
    size() {
      const [columns, rows] = process.stdout.getWindowSize()
      return { columns: columns || 80, rows: rows || 24 }
    },
  }
}

/** Into a file, a pipe or /dev/null, Node's module for terminals is not loaded. */
function isTerminal(descriptor: Descriptor): boolean {
  try {
    const found = fstatSync(descriptor)
    if (!found.isCharacterDevice() || found.rdev === lstatSync('/dev/null').rdev) return false
  } catch {
    return false
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor)
}

/** What could not be written without waiting. */
function writeWhatFits(descriptor: Descriptor, bytes: Buffer, noteGone: (error: unknown) => void): Buffer {
  let rest = bytes
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
    return rest
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return rest
    noteGone(error)
    return Buffer.alloc(0)
  }
}

function openStream(descriptor: Descriptor, noteGone: (error: unknown) => void): NodeJS.WriteStream {
  return (descriptor === 1 ? process.stdout : process.stderr).on('error', noteGone)
}

/** As in `mfad status | head -1`, or after a terminal was closed: then a signal ends what still runs. */
function ignoreGoneReader(error: unknown): void {
  if (!goneCodes.has(errorCode(error))) throw error
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
