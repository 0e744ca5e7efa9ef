// What another program has undone is written once more, on real files; and never into a file that has taken the place of ours.
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { sessionValues } from '../../../src/core/profiles/session-section.ts'
import { defaultSettings } from '../../../src/core/settings/default-settings.ts'
import { createKnownFiles, type KnownFiles } from '../../../src/daemon/files/known-files.ts'
import { restoreUndone } from '../../../src/daemon/files/restore.ts'
import { writeSessions } from '../../../src/daemon/files/session-writer.ts'
import { openFileStore } from '../../../src/edges/files/own-store.ts'
import { openTrust } from '../../../src/edges/own-trust.ts'
import { keysOf } from '../../support/profiles.ts'

const keys = {
  kind: 'files' as const,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const ours = `[dev]\n${keysOf(keys.accessKeyId)}[other]\nregion = x\n`
const ofOther = `[dev]\n${keysOf('AKIAI44QH8DHBEXAMPLE')}[other]\nregion = x\n`

let home: string
let credentials: string
let known: KnownFiles

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'mfad-restore-'))
  credentials = join(home, 'credentials')
  put('one', ours)
  known = createKnownFiles({
    now: () => new Date(),
    loadSettings: () => defaultSettings,
    settingsStamp: () => '',
    resolveFiles: () => ({
      credentials,
      config: join(home, 'config'),
      settings: join(home, 'config.ini'),
      socket: join(home, 'sock'),
    }),
    openStore: (file) => openFileStore(file, join(home, 'state')),
    checkTrusted: openTrust().checkTrusted,
  })
  known.refresh()
  const issued = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'c2VjcmV0',
    sessionToken: 'dG9rZW4=',
    expiration: new Date(Date.now() + 3_600_000),
  }
  const values = sessionValues(issued, {})
  const source = { profile: 'dev', keys }
  await writeSessions(known, [{ sessionProfile: 'dev-mfa', values, source, adopt: false, isOptional: false }])
})
afterEach(async () => {
  await known.close()
  rmSync(home, { recursive: true })
})

/** The credentials file is a link; afterwards it leads to this file. */
function put(name: string, text: string): void {
  writeFileSync(join(home, name), text, { mode: 0o600 })
  symlinkSync(join(home, name), join(home, 'link'))
  renameSync(join(home, 'link'), credentials)
}
const content = () => readFileSync(credentials, 'utf8')
const replace = (text: string) => {
  writeFileSync(join(home, 'new'), text, { mode: 0o600 })
  renameSync(join(home, 'new'), join(home, 'one'))
}

it('a session that another program has dropped is put back once, and counts as written again', async () => {
  const written = content()
  known.takeWritten()
  replace(ours)
  expect(await restoreUndone(known, 'credentials')).toEqual(['dev-mfa'])
  expect(content()).toBe(written)
  expect(known.takeWritten()).toEqual(['dev-mfa'])
  expect(await restoreUndone(known, 'credentials')).toEqual([])
})

it('it is not put into a file with the keys of another account, though nobody has looked at that one yet', async () => {
  replace(ofOther)
  expect(await restoreUndone(known, 'credentials')).toEqual([])
  expect(content()).toBe(ofOther)
})

it('it is not put into another file, though the same keys stand there', async () => {
  put('two', ours)
  known.refresh()
  expect(await restoreUndone(known, 'credentials')).toEqual([])
  expect(content()).toBe(ours)
  expect(readFileSync(join(home, 'one'), 'utf8')).toContain('[dev-mfa]')
})

it('the config file is not the place for it', async () => {
  replace(ours)
  expect(await restoreUndone(known, 'config')).toEqual([])
  expect(content()).toBe(ours)
})
