import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LogReader, openLogReader } from '../../src/edges/log-reader.ts'
import { thrownBy } from '../support/thrown.ts'

let directory: string
let log: string
let reader: LogReader | undefined
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'mfad-log-'))
  log = join(directory, 'mfad.log')
})
afterEach(() => {
  reader?.close()
  reader = undefined
  fs.rmSync(directory, { recursive: true, force: true })
})

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}`)
const textOf = (lines: string[]) => lines.map((line) => `${line}\n`).join('')
const open = (most: number) => {
  reader = openLogReader(log)
  return reader.lastLines(most)
}
const newLines = () => reader?.newLines()

describe('the last lines of a log', () => {
  it('are as many as were asked for, those of the log before it among them', () => {
    fs.writeFileSync(`${log}.1`, textOf(numbered(0, 10)))
    fs.writeFileSync(log, textOf(numbered(10, 20)))
    expect(open(5)).toEqual(numbered(15, 20))
    expect(open(15)).toEqual(numbered(5, 20))
    expect(open(100)).toEqual(numbered(0, 20))
  })

  it('are whole ones of a log that is too long to be read, and fast', () => {
    const lines = numbered(0, 400_000)
    fs.writeFileSync(log, textOf(lines))
    expect(open(1000)).toEqual(lines.slice(-1000))
    fs.renameSync(log, `${log}.1`)
    fs.writeFileSync(log, '')
    expect(open(1000)).toEqual(lines.slice(-1000))
  })

  it('are also one that was not finished, and cut ones where somebody has written megabytes into one', () => {
    fs.writeFileSync(log, `${'x'.repeat(300_000)}\nshort\n${'y'.repeat(300_000)}`)
    expect(open(10)?.map((line) => line.length)).toEqual([65_536, 5, 65_536])
  })
})

describe('what is written meanwhile', () => {
  it('comes once it is a line', () => {
    fs.writeFileSync(log, 'before\n')
    open(10)
    expect(newLines()).toEqual([])
    fs.appendFileSync(log, 'one\ntw')
    expect(newLines()).toEqual(['one'])
    fs.appendFileSync(log, 'o\n')
    expect(newLines()).toEqual(['two'])
    // In the middle of a character.
    fs.appendFileSync(log, Buffer.from([0xc3]))
    expect(newLines()).toEqual([])
    fs.appendFileSync(log, Buffer.from([0xa4, 10]))
    expect(newLines()).toEqual(['ä'])
  })

  it('is not missed when the log is copied and emptied', () => {
    fs.writeFileSync(log, 'before\n')
    open(10)
    fs.appendFileSync(log, 'one\n')
    fs.copyFileSync(log, `${log}.1`)
    fs.truncateSync(log)
    fs.appendFileSync(log, 'two\n')
    expect(newLines()).toEqual(['one', 'two'])
  })

  it('is not missed when the log is renamed, or gone for a while', () => {
    fs.writeFileSync(log, 'before\n')
    open(10)
    fs.appendFileSync(log, 'one\n')
    fs.renameSync(log, `${log}.1`)
    expect(newLines()).toEqual(['one'])
    fs.writeFileSync(log, 'two\n')
    expect(newLines()).toEqual(['two'])
    fs.rmSync(log)
    fs.mkdirSync(log)
    expect(newLines()).toEqual([])
  })
})

describe('what is no log', () => {
  it.each<[string, () => void, RegExp]>([
    ['nothing', () => undefined, /cannot be read: ENOENT$/],
    ['a directory', () => fs.mkdirSync(log), /it is not a regular file$/],
    ['a FIFO', () => execFileSync('mkfifo', [log]), /it is not a regular file$/],
  ])('%s is a fact, and is not waited for', (_, make, message) => {
    make()
    expect(thrownBy(() => openLogReader(log))).toMatchObject({ message: expect.stringMatching(message) })
  })
})
