// The real daemon killed again and again while it rewrites the credentials file and other programs append to it: `npm run kills`.
// Half of the kills come at random, half within 3 ms after a file of ours appears, for a write takes no longer than that; and
// in every other round the file has two names, and so is written where it stands. Ends with 1 when anything is not whole.

import { linkSync, readdirSync, readFileSync, unlinkSync, watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { parseDocument } from '../src/core/document/parse.ts'
import { readSession } from '../src/core/profiles/session-section.ts'
import type { Status } from '../src/core/wire.ts'
import { startBotocoreReader } from '../test/support/aws-readers.ts'
import { findPython } from '../test/support/clients.ts'
import {
  aliceKeys,
  aliceSerial,
  openSandbox,
  type RunningDaemon,
  type Sandbox,
} from '../test/support/sandbox.ts'
import { until } from '../test/support/until.ts'
import { readCount } from './count-option.ts'

const usage = `usage: npm run kills -- [--kills N]

Kills the real daemon N times (default 100) in the middle of its work, and looks at what it leaves, with mfad's eyes and with
those of botocore, before and after its next start.
`

type Counts = {
  kills: number
  /** Kills that hit a write: a file of ours was there. */
  hits: number
  completed: number
  written: number
  /** Edits of the other program; those in a file that is kept, and named; and those that nothing has. */
  edits: number
  kept: number
  lost: number
  problems: string[]
  files: Uint8Array[]
}

const ownProfiles = ['p0', 'p1', 'p2', 'p3']
const base = ['dev', ...ownProfiles].map((name) => `[${name}]\n${aliceKeys}`).join('\n')
const comments = '# the first\n'
const killsPerRound = 50
const mostAimMs = 3
const mostRandomMs = 150

const kills = readCount('kills', 100, usage)
if (kills === undefined) process.exit(2)
const python = findPython('botocore.configloader')
if (python === undefined) console.log('botocore is not asked: no python3 here has it')
const botocore = python === undefined ? undefined : startBotocoreReader(python)
const startedAt = performance.now()
const all: Counts[] = []
for (let round = 0; round * killsPerRound < kills; round++) {
  const isInPlace = round % 2 === 1
  const counts = await runRound(Math.min(killsPerRound, kills - round * killsPerRound), isInPlace)
  all.push(counts)
  console.log(line(`round ${round + 1}, ${isInPlace ? 'in place' : 'replaced'}`, [counts]))
  for (const problem of counts.problems) console.log(`  ${problem}`)
}
await botocore?.close()
console.log(line('all', all))
console.log(`${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
const isGood = all.every(({ problems, lost }) => problems.length === 0 && lost === 0)
console.log(isGood ? 'ok' : 'NOT WHOLE')
process.exit(isGood ? 0 : 1)

async function runRound(kills: number, isInPlace: boolean): Promise<Counts> {
  const counts: Counts = {
    kills: 0,
    hits: 0,
    completed: 0,
    written: 0,
    edits: 0,
    kept: 0,
    lost: 0,
    problems: [],
    files: [],
  }
  const sandbox = await openSandbox()
  try {
    sandbox.writeCredentials(comments + base)
    sandbox.writeConfig(
      ['dev', ...ownProfiles].map((name) => `[profile ${name}]\nmfa_serial = ${aliceSerial}\n`).join('\n'),
    )
    if (isInPlace) linkSync(sandbox.credentialsFile, join(sandbox.home, 'second'))
    let daemon = await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    if (exitCode !== 0) throw new Error(stderr)
    const foreign = new Set<number>()
    while (counts.kills < kills) {
      await killOnce(sandbox, daemon, foreign, counts)
      look(sandbox, `kill ${counts.kills}, before the start`, counts, isInPlace)
      daemon = await sandbox.startDaemon()
      await lookAfterStart(sandbox, daemon, foreign, counts)
    }
    await daemon.stop()
  } finally {
    await sandbox.close()
  }
  if (botocore !== undefined) {
    const readings = await botocore.read(counts.files)
    const broken = readings.filter((reading) => reading?.get('dev')?.get('aws_access_key_id') === undefined)
    if (broken.length > 0)
      counts.problems.push(`botocore reads ${broken.length} of ${readings.length} wrongly`)
  }
  counts.files = []
  return counts
}

/** Lets the daemon and another program write, and kills the daemon. */
async function killOnce(sandbox: Sandbox, daemon: RunningDaemon, foreign: Set<number>, counts: Counts) {
  let isOver = false
  const writing = rewrite(sandbox, counts, () => isOver)
  const appending = append(sandbox, foreign, counts, () => isOver)
  const isAimed = counts.kills % 2 === 0
  if (isAimed) await ownFileAppears(sandbox)
  await wait(Math.random() * (isAimed ? mostAimMs : mostRandomMs))
  await daemon.stop('SIGKILL')
  isOver = true
  counts.kills++
  await Promise.all([writing, appending])
  if (ownFiles(sandbox).some((path) => !path.endsWith('.old'))) counts.hits++
}

/** In the directory of the file, or, where it is written in place, in that of the recovery copies. */
function ownFileAppears(sandbox: Sandbox): Promise<void> {
  const watchers: ReturnType<typeof watch>[] = []
  return new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 1000)
    const notice = (_event: string, name: string | null) => {
      if (!/\.tmp$|^recovery-/.test(name ?? '')) return
      clearTimeout(timer)
      resolve()
    }
    for (const directory of ownDirectories(sandbox)) watchers.push(watch(directory, notice))
  }).finally(() => {
    for (const watcher of watchers) watcher.close()
  })
}

async function rewrite(sandbox: Sandbox, counts: Counts, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const profile = ownProfiles[Math.floor(Math.random() * ownProfiles.length)] ?? ''
    const isActive = readFileSync(sandbox.credentialsFile).includes(`[${profile}-mfa]`)
    const status = isActive
      ? await post(sandbox, '/v1/logout', { profile })
      : await post(sandbox, '/v1/login', { profiles: [profile] })
    if (status === 200) counts.written++
    else if (isOver()) return
    else await wait(5)
  }
}

/** Holds the file open for a while, so that some of it is written late. */
async function append(
  sandbox: Sandbox,
  foreign: Set<number>,
  counts: Counts,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const file: FileHandle = await open(sandbox.credentialsFile, 'a')
    await wait(Math.random() * 5)
    await file.write(sectionOf(counts.edits))
    await file.close()
    foreign.add(counts.edits++)
    await wait(Math.random() * 40)
  }
}

function sectionOf(edit: number): string {
  return `[theirs-${edit}]\nk = ${edit}\n`
}

/** Everything that was there is there, and each session is whole or absent. In place, only after the next start. */
function look(sandbox: Sandbox, when: string, counts: Counts, isInPlace: boolean): void {
  const bytes = readFileSync(sandbox.credentialsFile)
  if (!isInPlace) counts.files.push(bytes)
  if (!isInPlace) counts.problems.push(...problemsOf(bytes).map((problem) => `${when}: ${problem}`))
}

async function lookAfterStart(
  sandbox: Sandbox,
  daemon: RunningDaemon,
  foreign: Set<number>,
  counts: Counts,
): Promise<void> {
  let status = await sandbox.status()
  const unnamed = () => {
    const told = JSON.stringify(status.warnings)
    return ownFiles(sandbox).filter((path) => !told.includes(path))
  }
  // The daemon answers already while it tidies up.
  await until('nothing is left unnamed', async () => {
    status = await sandbox.status()
    return unnamed().length === 0
  }).catch(() => undefined)
  const bytes = readFileSync(sandbox.credentialsFile)
  const when = `kill ${counts.kills}, after the start`
  counts.files.push(bytes)
  counts.problems.push(...problemsOf(bytes).map((problem) => `${when}: ${problem}`))
  if (daemon.log().includes('completed an interrupted write')) counts.completed++
  counts.problems.push(...unnamed().map((path) => `${when}: ${path} is left, and not named`))
  const left = ownFiles(sandbox)
  const keptText = left.map((path) => readFileSync(path, 'utf8')).join('')
  const text = bytes.toString()
  for (const edit of foreign) {
    if (text.includes(sectionOf(edit))) continue
    foreign.delete(edit)
    if (keptText.includes(sectionOf(edit))) counts.kept++
    else {
      counts.lost++
      counts.problems.push(`${when}: the edit ${edit} is lost; ${problemsWith(status)}`)
    }
  }
  // As its user would, who has read the warning.
  for (const path of left) unlinkSync(path)
}

function problemsWith({ warnings }: Status): string {
  return warnings.map(({ code, message }) => `${code} (${message})`).join(', ') || 'nothing is said of it'
}

function problemsOf(bytes: Uint8Array): string[] {
  const document = parseDocument(bytes)
  const text = Buffer.from(bytes).toString()
  const sessions = ['dev', ...ownProfiles].map((name) => ({
    name,
    session: readSession(document, `${name}-mfa`),
  }))
  return [
    ...(text.startsWith(comments + base) ? [] : ['what stood there at the beginning does not any more']),
    ...document.findings
      .filter(({ rejectsFile }) => rejectsFile)
      .map(({ line, message }) => `${line}: ${message}`),
    ...sessions
      .filter(
        ({ name, session }) => session.kind === 'foreign' || (name === 'dev' && session.kind !== 'ours'),
      )
      .map(({ name }) => `[${name}-mfa] is not whole`),
  ]
}

/** Temp files, kept files and recovery copies. */
function ownFiles(sandbox: Sandbox): string[] {
  return ownDirectories(sandbox).flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => /\.mfad-|^recovery-/.test(name))
      .map((name) => join(directory, name)),
  )
}

function ownDirectories({ credentialsFile, home }: Sandbox): string[] {
  const state = join(home, '.local/state/mfad')
  return [dirname(credentialsFile), ...(readdirSync(home).includes('.local') ? [state] : [])]
}

/** 0 where there is no daemon any more. */
function post({ environment }: Sandbox, path: string, body: object): Promise<number> {
  const socketPath = join(environment.XDG_RUNTIME_DIR ?? '', 'mfad/mfad.sock')
  return new Promise((resolve) => {
    const sent = request({ socketPath, method: 'POST', path, agent: false }, (response) => {
      response.on('error', () => resolve(0))
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', () => resolve(0))
    sent.end(JSON.stringify(body))
  })
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function line(name: string, of: readonly Counts[]): string {
  const sum = (value: (counts: Counts) => number) => of.reduce((total, counts) => total + value(counts), 0)
  return [
    `${name}: ${sum(({ kills }) => kills)} kills`,
    `${sum(({ hits }) => hits)} in the middle of a write`,
    `${sum(({ completed }) => completed)} completed`,
    `${sum(({ written }) => written)} written`,
    `edits of others ${sum(({ edits }) => edits)}, kept beside the file ${sum(({ kept }) => kept)}, lost ${sum(({ lost }) => lost)}`,
    `problems ${sum(({ problems }) => problems.length)}`,
  ].join('; ')
}
