import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStatusFile } from '../../src/edges/status-file.ts'

let home: string
let path: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-status-'))
  path = join(home, 'mfad.status')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

it('is for the user alone, and replaced as a whole', () => {
  const file = openStatusFile(path)
  file.write('dev valid 1\n')
  const before = statSync(path)
  expect(before.mode & 0o777).toBe(0o600)
  file.write('dev expired 1\n')
  expect(readFileSync(path, 'utf8')).toBe('dev expired 1\n')
  expect(statSync(path).ino).not.toBe(before.ino)
  expect(readdirSync(home)).toEqual(['mfad.status'])
})

it('is not written again while nothing changes, but comes back where somebody removed it', () => {
  const file = openStatusFile(path)
  file.write('dev valid 1\n')
  const { ino, mtimeMs } = statSync(path)
  file.write('dev valid 1\n')
  expect(statSync(path)).toMatchObject({ ino, mtimeMs })
  rmSync(path)
  file.write('dev valid 1\n')
  expect(readFileSync(path, 'utf8')).toBe('dev valid 1\n')
})

it('replaces a link, and never what it leads to', () => {
  writeFileSync(join(home, 'precious'), 'precious')
  symlinkSync('precious', path)
  openStatusFile(path).write('dev valid 1\n')
  expect(readFileSync(join(home, 'precious'), 'utf8')).toBe('precious')
  expect(readFileSync(path, 'utf8')).toBe('dev valid 1\n')
})

it('is gone when it cannot be written, rather than out of date, and comes back', () => {
  const file = openStatusFile(path)
  file.write('dev valid 1\n')
  mkdirSync(`${path}.${process.pid}`)
  expect(() => file.write('dev expired 1\n')).toThrow(
    `the status file ${path} cannot be used: a directory stands there`,
  )
  expect(existsSync(path)).toBe(false)
  rmSync(`${path}.${process.pid}`, { recursive: true })
  file.write('dev expired 1\n')
  expect(readFileSync(path, 'utf8')).toBe('dev expired 1\n')
})

it('goes with its daemon, unless another one has taken its place', () => {
  const file = openStatusFile(path)
  file.write('dev valid 1\n')
  file.close(false)
  expect(existsSync(path)).toBe(true)
  file.close(true)
  expect(existsSync(path)).toBe(false)
  file.write('dev valid 2\n')
  expect(existsSync(path)).toBe(false)
})

it('is rid of what a killed daemon left, and of nothing else', () => {
  const gone = spawnSync('true').pid
  for (const name of [`mfad.status.${gone}`, `mfad.status.${process.pid}`, 'mfad.status.x', 'mfad.sock'])
    writeFileSync(join(home, name), '')
  openStatusFile(path)
  expect(readdirSync(home).sort()).toEqual(
    ['mfad.sock', `mfad.status.${process.pid}`, 'mfad.status.x'].sort(),
  )
})
