// A real daemon that rewrites the credentials file all the time, among other programs that edit it: how many edits of
// either side get lost, and what is said of them.
//
// The daemon needs no code for it: while one profile of a device has a session, others are logged in and out at will.

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { dirname, join, resolve as resolvePath } from 'node:path'
import { parseDocument } from '../../src/core/document/parse.ts'
import { readSession } from '../../src/core/profiles/session-section.ts'
import { aliceKeys, aliceSerial, openSandbox, type RunningDaemon, type Sandbox } from './sandbox.ts'
import { until } from './until.ts'

const writerKinds = ['append', 'truncate', 'rename', 'aws', 'note', 'copy'] as const
type WriterKind = (typeof writerKinds)[number]
export type Writer = { kind: WriterKind; edits: number; pauseMs: number }

/** The file that programs edit, and their environment. */
export type Edited = { file: string; environment: Readonly<Record<string, string | undefined>> }

export type Report = {
  seconds: number
  /** By kind: how many edits there were, and how many are not in the file at the end. */
  edits: Record<WriterKind, { made: number; lost: number }>
  /** Edits that `status` says are lost. */
  named: number
  /** Warnings of `status` at the end, by code. */
  warnings: string[]
  ours: { writes: number; refused: number; lost: number; writtenOnceMore: number }
  reader: { reads: number; broken: string[] }
  /** Files left beside the credentials file after the daemon's end. */
  strays: string[]
}

const script = resolvePath('test/support/other-writer.mjs')
const ownProfiles = Array.from({ length: 12 }, (_, index) => `p${index}`)

/** `hasReader`: also reads all the time; not beside a writer that empties the file itself. */
export async function runOtherWriters(writers: readonly Writer[], hasReader: boolean): Promise<Report> {
  const sandbox = await openSandbox()
  const startedAt = performance.now()
  try {
    const daemon = await prepare(sandbox)
    const edited = { file: sandbox.credentialsFile, environment: sandbox.environment }
    const { ours, reader } = await amongWriters(edited, writers, hasReader, (isOver) =>
      rewriteAllTheTime(sandbox, isOver),
    )
    await followedToTheEnd(edited)
    const seconds = (performance.now() - startedAt) / 1000
    const status = await sandbox.status()
    const lostWarning = status.warnings.find(({ code }) => code === 'file.foreign-edit-lost')
    await daemon.stop()
    const log = daemon.log()
    return {
      seconds,
      edits: countEdits(edited, writers),
      named: lostWarning === undefined ? 0 : Number(/^\d+/.exec(lostWarning.message)?.[0] ?? 1),
      warnings: status.warnings.map(({ code, message }) => `${code}: ${message}`),
      ours: { ...ours, writtenOnceMore: log.split('restored what another program').length - 1 },
      reader,
      strays: ownNames(edited),
    }
  } finally {
    await sandbox.close()
  }
}

async function prepare(sandbox: Sandbox): Promise<RunningDaemon> {
  const names = ['dev', ...ownProfiles]
  sandbox.writeConfig(names.map((name) => `[profile ${name}]\nmfa_serial = ${aliceSerial}\n`).join('\n'))
  const keys = names.map((name) => `[${name}]\n${aliceKeys}`)
  sandbox.writeCredentials(`${keys.join('\n')}\n[truncate]\n\n[rename]\n\n`)
  const daemon = await sandbox.startDaemon()
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
  if (exitCode !== 0) throw new Error(stderr)
  return daemon
}

type OurCounts = { writes: number; refused: number; lost: number }

/** Runs the writers while `ours` writes, until they have ended. */
export async function amongWriters(
  edited: Edited,
  writers: readonly Writer[],
  hasReader: boolean,
  write: (isOver: () => boolean) => Promise<OurCounts>,
): Promise<{ ours: OurCounts; reader: Report['reader'] }> {
  const lock = join(dirname(edited.file), 'lock')
  const reader = hasReader ? runWriter(edited, { kind: 'read' }, lock) : undefined
  let isOver = false
  const ours = write(() => isOver)
  try {
    await Promise.all(writers.map((writer) => runWriter(edited, writer, lock)))
  } finally {
    isOver = true
    writeFileSync(`${lock}.end`, '')
  }
  const counts = await ours
  const read = (await reader) as { reads: number; broken: string[] } | undefined
  return { ours: counts, reader: { reads: read?.reads ?? 0, broken: read?.broken ?? [] } }
}

/** The last old file is followed for 2 s. */
export async function followedToTheEnd(edited: Edited): Promise<void> {
  await until('no old file is followed', () => ownNames(edited).length === 0, 4000).catch(() => undefined)
}

/** Files of ours beside the file. */
export function ownNames({ file }: Edited): string[] {
  return readdirSync(dirname(file)).filter((name) => name.includes('.mfad-'))
}

/** A lost write of ours is one that the file does not show before the next one of that profile, nor within 3 s then. */
async function rewriteAllTheTime(
  sandbox: Sandbox,
  isOver: () => boolean,
): Promise<{ writes: number; refused: number; lost: number }> {
  const counts = { writes: 0, refused: 0, lost: 0 }
  const expected = new Map<string, boolean>()
  const isShown = (profile: string) => {
    const session = readSession(parseDocument(readFileSync(sandbox.credentialsFile)), `${profile}-mfa`)
    return (session.kind === 'ours') === expected.get(profile)
  }
  const check = async (profile: string) => {
    const isFound = await until(`${profile} is as we wrote it`, () => isShown(profile), 3000).catch(
      () => false,
    )
    if (!isFound) counts.lost++
  }
  for (let round = 0; !isOver(); round++) {
    const profile = ownProfiles[round % ownProfiles.length] ?? ''
    if (expected.has(profile)) await check(profile)
    const isActive = expected.get(profile) ?? false
    const status = isActive
      ? await post(sandbox, '/v1/logout', { profile })
      : await post(sandbox, '/v1/login', { profiles: [profile] })
    if (status === 200) {
      counts.writes++
      expected.set(profile, !isActive)
    } else counts.refused++
  }
  for (const profile of expected.keys()) await check(profile)
  return counts
}

function post({ environment }: Sandbox, path: string, body: object): Promise<number> {
  const socketPath = join(environment.XDG_RUNTIME_DIR ?? '', 'mfad/mfad.sock')
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method: 'POST', path, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

function runWriter(
  { file, environment }: Edited,
  { kind, edits = 0, pauseMs = 0 }: Partial<Omit<Writer, 'kind'>> & { kind: WriterKind | 'read' },
  lock: string,
): Promise<unknown> {
  const args = [script, kind, file, lock, String(edits), String(pauseMs)]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: environment as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, errors] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`${kind}: ${errors}`)),
    )
  })
}

export function countEdits({ file }: Edited, writers: readonly Writer[]): Report['edits'] {
  const { sections, text } = parseDocument(readFileSync(file))
  const isConfig = file.endsWith('config')
  const lines = new Set(text.split('\n'))
  const isThere: Record<WriterKind, (number: number) => boolean> = {
    append: (number) => sections.get(`append-${number}`)?.entries.get('k')?.value === String(number),
    truncate: (number) => sections.get('truncate')?.entries.get(`k${number}`)?.value === String(number),
    note: (number) => lines.has(`# note ${number}`),
    copy: (number) => lines.has(`# copy ${number}`),
    rename: (number) => sections.get('rename')?.entries.get(`k${number}`)?.value === String(number),
    aws: (number) => {
      const keys = isConfig ? ['region', 'output'] : ['aws_access_key_id', 'aws_secret_access_key']
      const key = keys[number % 2] ?? ''
      return (
        sections.get(`${isConfig ? 'profile ' : ''}aws-${number >> 1}`)?.entries.get(key)?.value ===
        `v${number}`
      )
    },
  }
  const counts = {} as Report['edits']
  for (const kind of writerKinds) {
    const made = writers.filter((writer) => writer.kind === kind).reduce((sum, { edits }) => sum + edits, 0)
    const numbers = Array.from({ length: made }, (_, number) => number)
    counts[kind] = { made, lost: numbers.filter((number) => !isThere[kind](number)).length }
  }
  return counts
}
