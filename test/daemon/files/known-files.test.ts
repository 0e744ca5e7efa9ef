// What the daemon believes of the files, on real files and with a clock of the test's own.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { defaultSettings, type Settings } from '../../../src/core/settings/default-settings.ts'
import { planRestores } from '../../../src/core/writes/plan-writes.ts'
import {
  createKnownFiles,
  type KnownFiles,
  type KnownFilesDeps,
} from '../../../src/daemon/files/known-files.ts'
import { removeSession, writeSessions } from '../../../src/daemon/files/session-writer.ts'
import { openFileStore } from '../../../src/edges/files/own-store.ts'
import type { FileStore } from '../../../src/edges/files/store.ts'
import { openTrust } from '../../../src/edges/own-trust.ts'

const whole =
  '[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n[last]\nregion = eu-west-1\n'
const half = whole.slice(0, 30)
const startedAt = Date.parse('2026-11-23T12:00:00Z')

let home: string
let file: string
let settings: () => Settings
let settingsStamp: string
let nowMs: number

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-known-'))
  file = join(home, 'credentials')
  settings = () => defaultSettings
  settingsStamp = 'first'
  nowMs = startedAt
  write(whole)
})
afterEach(() => rmSync(home, { recursive: true }))

const write = (text: string) => writeFileSync(file, text, { mode: 0o600 })
const undone = (known: KnownFiles) => planRestores(known.documents, known.ledger, known.now()).restore
const names = (known: KnownFiles) => known.profiles.map(({ profile }) => profile)

function open(more: Partial<KnownFilesDeps> = {}): KnownFiles {
  return createKnownFiles({
    now: () => new Date(nowMs),
    loadSettings: () => settings(),
    settingsStamp: () => settingsStamp,
    resolveFiles: ({ credentialsFile, socket }) => ({
      credentials: credentialsFile ?? file,
      config: join(home, 'config'),
      settings: join(home, 'config.ini'),
      socket: socket ?? join(home, 'sock'),
    }),
    openStore: (file) => openFileStore(file, join(home, 'state')),
    checkTrusted: openTrust().checkTrusted,
    ...more,
  })
}

describe('a file that is cut short', () => {
  it('is not believed for 500 ms, and then is', () => {
    const known = open()
    write(half)
    expect(known.refresh()).toBe(false)
    expect(names(known)).toEqual(['dev', 'last'])
    expect(known.doubtfulUntil).toEqual(new Date(startedAt + 500))
    nowMs += 499
    known.refresh()
    expect(names(known)).toEqual(['dev', 'last'])
    nowMs += 1
    expect(known.refresh()).toBe(true)
    expect(names(known)).toEqual(['dev'])
    expect(known.doubtfulUntil).toBeUndefined()
  })

  it('has another 500 ms whenever it grows', () => {
    const known = open()
    write('')
    known.refresh()
    nowMs += 400
    write(half)
    known.refresh()
    nowMs += 400
    known.refresh()
    expect(names(known)).toEqual(['dev', 'last'])
    expect(known.doubtfulUntil).toEqual(new Date(startedAt + 900))
  })

  it('is forgotten as soon as the file is whole again, or is another one', () => {
    const known = open()
    write('')
    known.refresh()
    write(whole)
    known.refresh()
    expect(known.doubtfulUntil).toBeUndefined()
    write('[other]\nregion = eu-west-1\n')
    known.refresh()
    expect(names(known)).toEqual(['other'])
  })

  it('is believed after half a second even when the clock was set back', () => {
    const known = open()
    write(half)
    known.refresh()
    nowMs -= 3_600_000
    known.refresh()
    expect(names(known)).toEqual(['dev'])
  })

  it('is believed at once when we wrote it', () => {
    const known = open()
    write(half)
    known.adoptWritten('credentials', { bytes: Buffer.from(half), realPath: realpathSync(file) })
    expect(names(known)).toEqual(['dev'])
  })

  it('is given up on after 3 s when it stays in motion', async () => {
    let length = 0
    let isGrowing = false
    const growing = (path: string): FileStore => {
      const store = openFileStore(path, join(home, 'state'))
      return {
        ...store,
        stamp: () => String(length),
        read() {
          const state = store.read()
          if (state.kind !== 'present' || !isGrowing) return state
          length += 1
          return { ...state, bytes: state.bytes.subarray(0, length) }
        },
      }
    }
    const now = () => {
      nowMs += 100
      return new Date(nowMs)
    }
    const known = open({ openStore: growing, now })
    isGrowing = true
    length = 1
    await expect(known.untilBelieved()).rejects.toMatchObject({ code: 'file.busy' })
  })
})

describe('a file that cannot be read', () => {
  const broken = new AppError('file.too-many-open-files', 'it cannot be opened', 'close some')
  let isBroken = false
  const flaky = (path: string): FileStore => {
    const store = openFileStore(path, join(home, 'state'))
    const read = () =>
      isBroken && path === file
        ? { kind: 'unreadable' as const, path, stamp: store.stamp(), error: broken }
        : store.read()
    return { ...store, read }
  }

  it('is not an empty one: what was read before still counts, with a warning', () => {
    const known = open({ openStore: flaky })
    isBroken = true
    write(`${whole}# changed\n`)
    expect(known.refresh()).toBe(true)
    expect(names(known)).toEqual(['dev', 'last'])
    expect(known.warnings).toMatchObject([{ code: 'file.too-many-open-files', file }])
    expect(known.unreadable).toBe(broken)
    expect(known.refresh()).toBe(false)
    isBroken = false
  })

  it('is read again by itself once it can be', () => {
    const known = open({ openStore: flaky })
    isBroken = true
    write('[other]\nregion = eu-west-1\n')
    known.refresh()
    isBroken = false
    expect(known.refresh()).toBe(true)
    expect(names(known)).toEqual(['other'])
    expect(known.unreadable).toBeUndefined()
    expect(known.warnings).toEqual([])
  })
})

describe('the settings', () => {
  const moved = () => ({
    ...defaultSettings,
    socket: join(home, 'elsewhere'),
    credentialsFile: join(home, 'other'),
  })

  it('move the credentials file, and never the socket, of a running daemon', () => {
    writeFileSync(join(home, 'other'), '[moved]\nregion = eu-west-1\n')
    const known = open()
    settings = moved
    settingsStamp = 'second'
    known.refresh()
    expect(names(known)).toEqual(['moved'])
    expect(known.files).toMatchObject({ credentials: join(home, 'other'), socket: join(home, 'sock') })
  })

  it('that cannot be used leave the last good ones, with a warning that goes when they are mended', () => {
    settings = () => ({ ...defaultSettings, durationSeconds: 3600 })
    const known = open()
    settings = () => {
      throw new AppError('settings.invalid', 'line 2', 'edit it')
    }
    settingsStamp = 'second'
    known.refresh()
    expect(known.settings.durationSeconds).toBe(3600)
    expect(known.warnings).toMatchObject([{ code: 'settings.invalid', message: 'line 2' }])
    settings = () => defaultSettings
    settingsStamp = 'third'
    known.refresh()
    expect(known.settings.durationSeconds).toBe(43_200)
    expect(known.warnings).toEqual([])
  })
})

describe('a session section', () => {
  const values = new Map([
    ['aws_access_key_id', 'ASIA0000000000000000'],
    ['manager', 'mfad'],
    ['mfad_key', '00000000'],
  ])
  const session = { sessionProfile: 'dev-mfa', values, adopt: false, isOptional: false }
  const section =
    '\n[dev-mfa]\naws_access_key_id = ASIA0000000000000000\nmanager = mfad\nmfad_key = 00000000\n'

  it('is written after the file was found half-written at the last instant, and is whole again', async () => {
    const cutOnce = (path: string): FileStore => {
      const store = openFileStore(path, join(home, 'state'))
      let isCut = false
      return {
        ...store,
        update(update) {
          if (!isCut) {
            isCut = true
            write(half)
            setTimeout(() => write(whole), 100)
          }
          return store.update(update)
        },
      }
    }
    const known = open({ openStore: cutOnce, now: () => new Date() })
    await writeSessions(known, [session])
    expect(known.documents.credentials.text).toBe(whole + section)
  })

  it('is not refused since the file was read in the instant in which another program had emptied it', async () => {
    const readEmptyOnce = (path: string): FileStore => {
      const store = openFileStore(path, join(home, 'state'))
      let isFirst = true
      return {
        ...store,
        async update(update) {
          const isEmpty = isFirst
          isFirst = false
          // The file itself is whole again by the time of the edit.
          if (isEmpty) update.edit(new Uint8Array())
          return store.update(update)
        },
      }
    }
    const known = open({ openStore: readEmptyOnce, now: () => new Date() })
    const keys = { kind: 'files', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' } as const
    await writeSessions(known, [{ ...session, source: { profile: 'dev', keys } }])
    expect(known.documents.credentials.text).toBe(whole + section)
  })

  it('that has become foreign meanwhile is neither overwritten nor removed', async () => {
    const foreign = `${whole}[dev-mfa]\naws_access_key_id = ASIA1111111111111111\n`
    const known = open()
    write(foreign)
    const refusal = {
      code: 'profile.session-not-ours',
      message: `[dev-mfa] holds session credentials that mfad did not write: line 6 of ${file}`,
    }
    await expect(writeSessions(known, [session])).rejects.toMatchObject(refusal)
    await expect(removeSession(known, 'dev-mfa')).rejects.toMatchObject(refusal)
    known.refresh()
    expect(known.documents.credentials.text).toBe(foreign)
    await writeSessions(known, [{ ...session, adopt: true }])
    expect(known.documents.credentials.text).toBe(`${whole}${section.slice(1)}`)
  })

  it('that another program has dropped is not brought back once it was to be removed', async () => {
    const known = open()
    await writeSessions(known, [session])
    write(`${whole}# edited\n`)
    await removeSession(known, 'dev-mfa')
    expect(undone(known)).toEqual([])
  })

  it('that was left alone, since it is foreign now, is not brought back either', async () => {
    const foreign = `${whole}[dev-mfa]\naws_access_key_id = ASIA1111111111111111\n`
    const known = open()
    await writeSessions(known, [session])
    const ours = known.documents.credentials.text
    write(foreign)
    await writeSessions(known, [{ ...session, isOptional: true }])
    write(ours)
    known.refresh()
    expect(undone(known)).toEqual([])
  })

  it('can be removed from a file that AWS tools reject, but not written to it', async () => {
    const rejected = `${whole}[last]\n`
    write(`${rejected}${section}`)
    const known = open()
    await expect(writeSessions(known, [session])).rejects.toMatchObject({ code: 'file.rejected-by-aws' })
    await removeSession(known, 'dev-mfa')
    expect(known.documents.credentials.text).toBe(rejected)
  })
})
