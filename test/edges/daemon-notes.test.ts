import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDaemonNotes } from '../../src/edges/daemon-notes.ts'

let home: string
let directory: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-notes-'))
  directory = join(home, 'run/mfad')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const own = { pid: process.pid, credentials: '/c', socket: '/s', isService: false }
const notesOf = (pid: number, credentials: string, startedAt?: string) =>
  writeFileSync(
    join(directory, `daemon-${pid}.json`),
    JSON.stringify({ pid, credentials, socket: '/o', startedAt }),
  )
/** As the note of this process names it. */
const machineOf = (pid: number) =>
  JSON.parse(readFileSync(join(directory, `daemon-${pid}.json`), 'utf8')).machine as string
const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]

it('is made for the user alone, is no news to its daemon, and goes with it', () => {
  const notes = openDaemonNotes({ own: directory, all: [directory] })
  notes.write(own)
  expect(readdirSync(directory)).toEqual([`daemon-${process.pid}.json`])
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  expect(notes.others('/c')).toEqual([])
  notes.remove()
  expect(readdirSync(directory)).toEqual([])
})

it('of another daemon is found as long as that runs, and for the same credentials only', async () => {
  const other = spawn('sleep', ['60'])
  const gone = new Promise((ended) => other.once('close', ended))
  const pid = other.pid ?? 0
  const notes = openDaemonNotes({ own: directory, all: [directory] })
  notes.write(own)
  notesOf(pid, '/c', startOf(pid))
  expect(notes.others('/c')).toMatchObject([{ pid, credentials: '/c', socket: '/o' }])
  expect(notes.others('/d')).toEqual([])
  other.kill()
  await gone
  expect(notes.others('/c')).toEqual([])
  expect(existsSync(join(directory, `daemon-${pid}.json`))).toBe(false)
})

it('of a daemon whose number another process has by now is of no more use', () => {
  const notes = openDaemonNotes({ own: directory, all: [directory] })
  notes.write(own)
  notesOf(process.ppid, '/c', '1')
  expect(notes.others('/c')).toEqual([])
})

it('of another machine that has the same home is left alone', () => {
  const notes = openDaemonNotes({ own: directory, all: [directory] })
  notes.write(own)
  const note = { pid: process.ppid, credentials: '/c', socket: '/o', startedAt: startOf(process.ppid) }
  const path = join(directory, `daemon-${process.ppid}.json`)
  writeFileSync(path, JSON.stringify({ ...note, machine: 'elsewhere pid:[4026531836]' }))
  expect(notes.others('/c')).toEqual([])
  expect(existsSync(path)).toBe(true)
  writeFileSync(path, JSON.stringify({ ...note, machine: machineOf(own.pid) }))
  expect(notes.others('/c')).toMatchObject([{ socket: '/o' }])
})

it('that cannot be read or made is none', () => {
  writeFileSync(join(home, 'file'), '')
  const nowhere = openDaemonNotes({ own: join(home, 'file/mfad'), all: [join(home, 'file/mfad')] })
  nowhere.write(own)
  expect(nowhere.others('/c')).toEqual([])
  nowhere.remove()
  const notes = openDaemonNotes({ own: directory, all: [directory] })
  notes.write(own)
  writeFileSync(join(directory, 'daemon-1.json'), '{')
  spawnSync('mkfifo', [join(directory, 'daemon-2.json')])
  expect(notes.others('/c')).toEqual([])
})
