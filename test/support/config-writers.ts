// The config file, edited by the daemon's own code all the time, among other programs that edit it.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from '../../src/core/document/parse.ts'
import type { UserEdit } from '../../src/core/document/user-edit.ts'
import { AppError } from '../../src/core/errors.ts'
import { defaultSettings } from '../../src/core/settings/default-settings.ts'
import { createKeeper } from '../../src/daemon/files/keeper.ts'
import { createKnownFiles, type KnownFiles } from '../../src/daemon/files/known-files.ts'
import { editUserFile } from '../../src/daemon/files/user-edit.ts'
import { createQueue } from '../../src/daemon/queue.ts'
import { openFileStore } from '../../src/edges/files/own-store.ts'
import { openTrust } from '../../src/edges/own-trust.ts'
import {
  amongWriters,
  countEdits,
  followedToTheEnd,
  ownNames,
  type Report,
  type Writer,
} from './other-writers.ts'
import { until } from './until.ts'

const profiles = Array.from({ length: 12 }, (_, index) => `profile p${index}`)
const first = '[profile dev]\naws_access_key_id = AKIA1\naws_secret_access_key = s3cret\n'

/** `hasReader`: also reads all the time; not beside a writer that empties the file itself. */
export async function runConfigWriters(writers: readonly Writer[], hasReader: boolean): Promise<Report> {
  const home = mkdtempSync(join(tmpdir(), 'mfad-config-writers-'))
  const startedAt = performance.now()
  const file = join(home, 'aws/config')
  mkdirSync(join(home, 'aws'))
  const others = profiles.map((name) => `[${name}]\nregion = x\ns3 =\n  max_bandwidth = 1\n`)
  writeFileSync(file, `${first}${others.join('\n')}\n[truncate]\n\n[rename]\n\n`, { mode: 0o600 })
  const known = openKnownFiles(home, file)
  const edited = { file, environment: { PATH: process.env.PATH, HOME: home, AWS_CONFIG_FILE: file } }
  try {
    const keeping = keepAllTheTime(known)
    const { ours, reader } = await amongWriters(edited, writers, hasReader, (isOver) =>
      editAllTheTime(known, keeping.enqueue, file, isOver),
    )
    await followedToTheEnd(edited)
    await keeping.close()
    await known.close()
    const lost = known.warnings.find(({ code }) => code === 'file.foreign-edit-lost')
    return {
      seconds: (performance.now() - startedAt) / 1000,
      edits: countEdits(edited, writers),
      named: lost === undefined ? 0 : Number(/^\d+/.exec(lost.message)?.[0] ?? 1),
      warnings: known.warnings.map(({ code, message }) => `${code}: ${message}`),
      ours: { ...ours, writtenOnceMore: keeping.restored() },
      reader,
      strays: ownNames(edited),
    }
  } finally {
    rmSync(home, { recursive: true })
  }
}

function openKnownFiles(home: string, config: string): KnownFiles {
  return createKnownFiles({
    now: () => new Date(),
    loadSettings: () => defaultSettings,
    settingsStamp: () => '',
    resolveFiles: () => ({
      credentials: join(home, 'credentials'),
      config,
      settings: join(home, 'config.ini'),
      socket: join(home, 'sock'),
    }),
    openStore: (path) => openFileStore(path, join(home, 'state')),
    checkTrusted: openTrust().checkTrusted,
  })
}

/** Looks at the files as the daemon does when they change, only more often. */
function keepAllTheTime(known: KnownFiles) {
  const jobs = createQueue()
  let restored = 0
  const note = (_: object, message: string) => {
    if (message.startsWith('restored')) restored++
  }
  const keeper = createKeeper({
    known,
    log: { debug: () => undefined, info: note, warn: () => undefined, error: () => undefined },
    enqueue: (job) => void jobs.add(job),
    done: () => undefined,
  })
  const timer = setInterval(() => {
    known.refresh()
    keeper.look()
  }, 20)
  return {
    enqueue: jobs.add,
    restored: () => restored,
    async close() {
      clearInterval(timer)
      await jobs.idle()
    },
  }
}

/** A lost write of ours is one that the file does not show before the next one of that profile, nor within 3 s then. */
async function editAllTheTime(
  known: KnownFiles,
  enqueue: <T>(job: () => Promise<T>) => Promise<T>,
  file: string,
  isOver: () => boolean,
): Promise<{ writes: number; refused: number; lost: number }> {
  const counts = { writes: 0, refused: 0, lost: 0 }
  const expected = new Map<string, string | undefined>()
  const found = (section: string) =>
    parseDocument(readFileSync(file)).sections.get(section)?.entries.get('mfa_serial')?.value
  const check = async (section: string) => {
    const isShown = () => found(section) === expected.get(section)
    if (!(await until(`${section} is as we wrote it`, isShown, 3000).catch(() => false))) counts.lost++
  }
  for (let round = 0; !isOver(); round++) {
    const section = profiles[round % profiles.length] ?? ''
    if (expected.has(section)) await check(section)
    const value = expected.get(section) === undefined ? `arn:${round}` : undefined
    const edit: UserEdit =
      value === undefined
        ? { kind: 'remove', section, key: 'mfa_serial' }
        : { kind: 'set', section, key: 'mfa_serial', value }
    try {
      await enqueue(() => editUserFile(known, 'config', () => [edit]))
      counts.writes++
      expected.set(section, value)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      counts.refused++
    }
  }
  for (const section of expected.keys()) await check(section)
  return counts
}
