import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRotation, mostLogBytes, putAside } from '../../src/edges/log-file.ts'

let directory: string
let log: string
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'mfad-log-'))
  log = join(directory, 'mfad.log')
})
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }))

const line = `${'x'.repeat(1023)}\n`
const tooLong = `first\n${line.repeat(mostLogBytes / 1024)}`
const sizeOf = (path: string) => fs.statSync(path).size

/** Writes lines as the logger does, to a log that is opened as `flags` say. */
function writeLines(count: number, paths: string[] = [log], flags = 'a') {
  const descriptor = fs.openSync(log, flags, 0o600)
  const rotation = createRotation(descriptor, paths)
  for (let written = 0; written < count; written++) {
    rotation.beforeWrite(line.length)
    fs.writeSync(descriptor, line)
  }
  fs.closeSync(descriptor)
}

describe('the rotation of an open log', () => {
  it('begins anew above 5 MiB, keeps the one before, and never more than those two', () => {
    fs.writeFileSync(log, tooLong)
    writeLines(1)
    expect(fs.readFileSync(log, 'utf8')).toBe(line)
    expect(fs.readFileSync(`${log}.1`, 'utf8')).toBe(tooLong)
    expect(fs.statSync(`${log}.1`).mode & 0o777).toBe(0o600)
    writeLines(12 * 1024)
    expect(fs.readdirSync(directory).sort()).toEqual(['mfad.log', 'mfad.log.1'])
    for (const path of [log, `${log}.1`]) expect(sizeOf(path)).toBeLessThanOrEqual(mostLogBytes + 1024)
  })

  it('leaves a short log as it is', () => {
    fs.writeFileSync(log, 'first\n')
    writeLines(1)
    expect(fs.readFileSync(log, 'utf8')).toBe(`first\n${line}`)
    expect(fs.readdirSync(directory)).toEqual(['mfad.log'])
  })

  it('leaves a file alone that is not one of ours, and one that has taken the place of ours', () => {
    fs.writeFileSync(log, tooLong)
    writeLines(1, [join(directory, 'other.log')])
    fs.writeFileSync(join(directory, 'other.log'), 'theirs\n')
    writeLines(1, [join(directory, 'other.log')])
    expect(sizeOf(log)).toBe(tooLong.length + 2 * line.length)
    expect(fs.readFileSync(join(directory, 'other.log'), 'utf8')).toBe('theirs\n')
  })

  it('writes through no link, neither at the name of the former log nor at that of its copy', () => {
    const victim = join(directory, 'victim')
    fs.writeFileSync(victim, 'precious')
    fs.symlinkSync(victim, `${log}.1`)
    fs.symlinkSync(victim, `${log}.copy`)
    fs.writeFileSync(log, tooLong)
    writeLines(1)
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious')
    expect(fs.readFileSync(`${log}.1`, 'utf8')).toBe(tooLong)
  })

  it('empties a log that cannot be put aside, rather than fill the disk', () => {
    fs.mkdirSync(`${log}.1`)
    fs.writeFileSync(join(`${log}.1`, 'file'), '')
    fs.writeFileSync(log, tooLong)
    writeLines(1)
    expect(fs.readFileSync(log, 'utf8')).toBe(line)
    expect(fs.readdirSync(directory).sort()).toEqual(['mfad.log', 'mfad.log.1'])
  })

  it('does not copy it at each line where it was not opened to append', () => {
    const descriptor = fs.openSync(log, 'w')
    fs.writeSync(descriptor, tooLong)
    const rotation = createRotation(descriptor, [log])
    rotation.beforeWrite(line.length)
    fs.writeSync(descriptor, line)
    fs.rmSync(`${log}.1`)
    for (let lines = 0; lines < 10; lines++) {
      rotation.beforeWrite(line.length)
      fs.writeSync(descriptor, line)
    }
    fs.closeSync(descriptor)
    expect(fs.existsSync(`${log}.1`)).toBe(false)
  })
})

describe('a log that no daemon writes', () => {
  it('is put aside when it is too long', () => {
    putAside(log)
    fs.writeFileSync(log, 'short\n')
    putAside(log)
    expect(fs.readdirSync(directory)).toEqual(['mfad.log'])
    fs.writeFileSync(log, tooLong)
    putAside(log)
    expect(fs.readFileSync(`${log}.1`, 'utf8')).toBe(tooLong)
    expect(fs.readdirSync(directory)).toEqual(['mfad.log.1'])
  })
})
