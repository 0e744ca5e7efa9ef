// Reads a log file: its last lines, then whatever is written to it, also when it is emptied or replaced by a new one.
import * as fs from 'node:fs'
import { AppError } from '../core/errors.ts'
import { quoted } from '../core/text/quoted.ts'
import { errnoOf } from './files/disk/system.ts'
import { formerLog } from './log-file.ts'

export type LogReader = {
  /** At most so many; called once, before `newLines`. */
  lastLines(most: number): string[]
  /** What has been written since. */
  newLines(): string[]
  close(): void
}

const mostTailBytes = 1024 * 1024
const mostLineBytes = 64 * 1024

/** Throws daemon.log-unusable where there is no file that can be read. */
export function openLogReader(path: string): LogReader {
  let descriptor = openFile(path)
  let offset = 0
  const lines = createSplitter()

  const readNew = (): string[] => {
    const { size } = fs.fstatSync(descriptor)
    const found: string[] = []
    if (size < offset) {
      // It was emptied; what had been written before that is in its copy.
      found.push(...lines.take(readFormer(path, offset).bytes), ...lines.end())
      offset = 0
    }
    for (let bytes = readAt(descriptor, offset); bytes.length > 0; bytes = readAt(descriptor, offset)) {
      found.push(...lines.take(bytes))
      offset += bytes.length
    }
    return found
  }

  return {
    lastLines(most) {
      const { size } = fs.fstatSync(descriptor)
      offset = Math.max(0, size - mostTailBytes)
      const isCut = offset > 0
      const found = [...readNew(), ...lines.end()].slice(isCut ? 1 : 0)
      const before = found.length < most && !isCut ? lastLinesOfFormer(path) : []
      return [...before, ...found].slice(-most)
    },
    newLines() {
      const found = readNew()
      if (!isReplaced(path, descriptor)) return found
      const next = openIfThere(path)
      if (next === undefined) return found
      fs.closeSync(descriptor)
      descriptor = next
      offset = 0
      return [...found, ...lines.end(), ...readNew()]
    },
    close() {
      fs.closeSync(descriptor)
    },
  }
}

/** Never waits for somebody who writes to a FIFO, and reads nothing but a file. */
function openFile(path: string): number {
  const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = fs.constants
  let descriptor: number
  try {
    descriptor = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    throw unusable(path, errno === 'EACCES' ? 'permission denied' : errno, error)
  }
  if (fs.fstatSync(descriptor).isFile()) return descriptor
  fs.closeSync(descriptor)
  throw unusable(path, 'it is not a regular file')
}

function openIfThere(path: string): number | undefined {
  try {
    return openFile(path)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

function unusable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'daemon.log-unusable',
    `the log ${path} cannot be read: ${reason}`,
    `look with: ls -l ${quoted(path)}`,
    cause,
  )
}

function isReplaced(path: string, descriptor: number): boolean {
  const now = fs.statSync(path, { throwIfNoEntry: false })
  const own = fs.fstatSync(descriptor)
  return now !== undefined && (now.ino !== own.ino || now.dev !== own.dev)
}

function readAt(descriptor: number, offset: number): Buffer {
  const buffer = Buffer.allocUnsafe(mostLineBytes)
  return buffer.subarray(0, fs.readSync(descriptor, buffer, 0, buffer.length, offset))
}

/** The end of the log before this one, from `start` on; nothing where there is none. */
function readFormer(path: string, start = 0): { bytes: Buffer; isCut: boolean } {
  const descriptor = openIfThere(formerLog(path))
  if (descriptor === undefined) return { bytes: Buffer.alloc(0), isCut: false }
  try {
    const { size } = fs.fstatSync(descriptor)
    const from = Math.max(start, size - mostTailBytes)
    const buffer = Buffer.alloc(Math.max(0, size - from))
    const bytes = buffer.subarray(0, fs.readSync(descriptor, buffer, 0, buffer.length, from))
    return { bytes, isCut: from > start }
  } finally {
    fs.closeSync(descriptor)
  }
}

function lastLinesOfFormer(path: string): string[] {
  const lines = createSplitter()
  const { bytes, isCut } = readFormer(path)
  return [...lines.take(bytes), ...lines.end()].slice(isCut ? 1 : 0)
}

type Splitter = { take(bytes: Buffer): string[]; end(): string[] }

/** Whole lines out of pieces. One that is too long is cut, and its rest dropped. */
export function createSplitter(): Splitter {
  let rest = Buffer.alloc(0)
  let isDropping = false
  const lineOf = (bytes: Buffer) => bytes.subarray(0, mostLineBytes).toString('utf8')
  const end = () => {
    const lines = rest.length === 0 ? [] : [lineOf(rest)]
    rest = Buffer.alloc(0)
    isDropping = false
    return lines
  }
  return {
    take(bytes) {
      const lines: string[] = []
      let start = 0
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, start)) {
        const line = Buffer.concat([rest, bytes.subarray(start, at)])
        if (!isDropping && line.length > 0) lines.push(lineOf(line))
        rest = Buffer.alloc(0)
        isDropping = false
        start = at + 1
      }
      if (isDropping) return lines
      rest = Buffer.concat([rest, bytes.subarray(start)])
      if (rest.length > mostLineBytes) {
        lines.push(lineOf(rest))
        rest = Buffer.alloc(0)
        isDropping = true
      }
      return lines
    },
    end,
  }
}
