// Edits of the user's own keys, on real files of both kinds.
import * as fs from 'node:fs'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UserEdit } from '../../../src/core/document/user-edit.ts'
import { AppError } from '../../../src/core/errors.ts'
import { sectionToEdit } from '../../../src/core/profiles/section-to-edit.ts'
import { defaultSettings } from '../../../src/core/settings/default-settings.ts'
import { planEdits, planRestores } from '../../../src/core/writes/plan-writes.ts'
import type { FileName } from '../../../src/daemon/files/both-files.ts'
import { createKnownFiles, type KnownFiles } from '../../../src/daemon/files/known-files.ts'
import { restoreUndone } from '../../../src/daemon/files/restore.ts'
import { editUserFile, type PlanEdits, rehearseUserEdit } from '../../../src/daemon/files/user-edit.ts'
import { recoveryPathOf, tempPathOf } from '../../../src/edges/files/disk/own-names.ts'
import { writeRecoveryCopy } from '../../../src/edges/files/in-place/recovery-copy.ts'
import { openFileStore } from '../../../src/edges/files/own-store.ts'
import { openTrust } from '../../../src/edges/own-trust.ts'
import { until } from '../../support/until.ts'

const text = '# mine\n[profile dev]\nregion=x\n\n[services s]\nec2 =\n  endpoint_url = https://e\n'
const saved = text.replace('region=x\n', 'region=x\nmfa_serial = arn:new\n')

/** Above every pid that Linux gives. */
const deadPid = 2 ** 22 + 1

let home: string
let known: KnownFiles
let [credentials, config] = ['', '']

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-user-edit-'))
  ;[credentials, config] = [join(home, 'credentials'), join(home, 'config')]
  writeFileSync(credentials, '[dev]\naws_access_key_id = AKIA1\naws_secret_access_key = s3cret\n', {
    mode: 0o600,
  })
  writeFileSync(config, text, { mode: 0o644 })
  known = open()
})
afterEach(async () => {
  await known.close()
  rmSync(home, { recursive: true })
})

function open(openStore = (file: string) => openFileStore(file, join(home, 'state'))): KnownFiles {
  return createKnownFiles({
    now: () => new Date(),
    loadSettings: () => defaultSettings,
    settingsStamp: () => '',
    resolveFiles: () => ({
      credentials,
      config,
      settings: join(home, 'config.ini'),
      socket: join(home, 'sock'),
    }),
    openStore,
    checkTrusted: openTrust().checkTrusted,
  })
}

const save: PlanEdits = (document) => [
  { kind: 'set', section: sectionToEdit(document, 'config', 'dev'), key: 'mfa_serial', value: 'arn:new' },
]
const rename: UserEdit = { kind: 'rename', section: 'dev', to: 'dev-long-term' }
const read = (path: string) => readFileSync(path, 'utf8')
const undoneInConfig = () =>
  planEdits(known.documents.config, known.ledgerOf('config'), known.now()).restore.map(({ name }) => name)
const strays = () => readdirSync(home).filter((name) => name.includes('.mfad-'))
const edit = (name: FileName, plan: PlanEdits) => editUserFile(known, name, plan)
const codeOf = (edit: Promise<unknown>) =>
  edit.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error)),
  )

describe('the config file', () => {
  it('gets one key, is known as it is now, and keeps its mode', async () => {
    expect(await edit('config', save)).toEqual({ warnings: [], isChanged: true })
    expect(read(config)).toBe(saved)
    expect(known.profiles.find(({ profile }) => profile === 'dev')?.serialNumber).toBe('arn:new')
    expect(statSync(config).mode & 0o777).toBe(0o644)
    expect(await edit('config', save)).toEqual({ warnings: [], isChanged: false })
    await known.close()
    expect(strays()).toEqual([])
  })

  it('is made for its user alone where there is none', async () => {
    rmSync(config)
    await edit('config', save)
    expect(read(config)).toBe('[profile dev]\nmfa_serial = arn:new\n')
    expect(statSync(config).mode & 0o777).toBe(0o600)
  })

  it('is edited where a link leads, and the link stays', async () => {
    renameSync(config, join(home, 'real'))
    symlinkSync('real', config)
    await edit('config', save)
    expect([read(join(home, 'real')), read(config)]).toEqual([saved, saved])
    expect(statSync(config).ino).toBe(statSync(join(home, 'real')).ino)
  })

  it('is written where it stands when it has a second name', async () => {
    linkSync(config, join(home, 'second'))
    await edit('config', save)
    expect(read(join(home, 'second'))).toBe(saved)
    expect(readdirSync(join(home, 'state'))).toEqual([])
  })

  it('waits for a program that has emptied it', async () => {
    known.refresh()
    writeFileSync(config, '')
    const edited = edit('config', save)
    writeFileSync(config, text)
    expect(await edited).toMatchObject({ isChanged: true })
    expect(read(config)).toBe(saved)
  })

  it('is not edited as it was read in the instant in which another program had emptied it', async () => {
    const seen: string[] = []
    let isFirst = true
    const hasty = open((path) => {
      const store = openFileStore(path, join(home, 'state'))
      const update: typeof store.update = async (update) => {
        const isEmpty = isFirst
        isFirst = false
        if (isEmpty) update.edit(new Uint8Array())
        return store.update(update)
      }
      return { ...store, update }
    })
    await editUserFile(hasty, 'config', (document) => {
      seen.push(document.text)
      return save(document)
    })
    await hasty.close()
    expect([seen, read(config)]).toEqual([[text], saved])
  })

  it('gets what another program still writes into the old file', async () => {
    const descriptor = openSync(config, 'a')
    await edit('config', save)
    writeSync(descriptor, '[profile late]\nregion = y\n')
    closeSync(descriptor)
    await until('merged', () => read(config) === `${saved}[profile late]\nregion = y\n`, 10_000)
    await known.close()
    expect([known.warnings.map(({ code }) => code), strays()]).toEqual([[], []])
  })

  it('gets it also where the file was changed since', async () => {
    const descriptor = openSync(config, 'a')
    await edit('config', save)
    appendFileSync(config, '[profile other]\nregion = z\n')
    writeSync(descriptor, '[profile late]\nregion = y\n')
    closeSync(descriptor)
    await until('merged', () => read(config).includes('[profile late]\nregion = y\n'), 10_000)
    expect(read(config)).toContain('[profile other]\nregion = z\n')
    expect(read(config)).toContain('mfa_serial = arn:new\n')
  })

  it('is edited once more when a program writes back what it had read before', async () => {
    await edit('config', save)
    writeFileSync(config, `${text}[profile other]\n`)
    known.refresh()
    expect(undoneInConfig()).toEqual(['profile dev'])
    expect(await restoreUndone(known, 'config')).toEqual(['profile dev'])
    expect(read(config)).toBe(`${saved}[profile other]\n`)
    expect(undoneInConfig()).toEqual([])
  })

  it('is believed where somebody has put something else there, or our own next edit', async () => {
    await edit('config', save)
    writeFileSync(config, saved.replace('arn:new', 'arn:other'))
    known.refresh()
    expect(undoneInConfig()).toEqual([])
    await edit('config', () => [{ kind: 'remove', section: 'profile dev', key: 'mfa_serial' }])
    expect([read(config), undoneInConfig()]).toEqual([text, []])
    writeFileSync(config, '[profile quite]\nanother = one\n')
    known.refresh()
    expect(undoneInConfig()).toEqual([])
  })

  it('is edited as it is at the instant of writing', async () => {
    let isFirst = true
    await edit('config', (document) => {
      if (isFirst) appendFileSync(config, '[profile other]\n')
      isFirst = false
      return save(document)
    })
    expect(read(config)).toBe(`${saved}[profile other]\n`)
  })

  it('is completed at the start where a write in place was interrupted, and nothing is left beside either file', async () => {
    const [before, after] = [Buffer.from(text), Buffer.from(saved)]
    mkdirSync(join(home, 'state'), { mode: 0o700 })
    const copy = recoveryPathOf(join(home, 'state'), deadPid, 'x')
    await writeRecoveryCopy(fs, copy, { realPath: config, before, after })
    writeFileSync(config, Buffer.concat([after.subarray(0, 60), before.subarray(60)]))
    for (const path of [config, credentials]) writeFileSync(tempPathOf(path, deadPid, 'x'), 'half')
    expect(await known.recover()).toEqual({
      removed: [credentials, copy, config].map((path) =>
        path === copy ? basename(copy) : basename(tempPathOf(path, deadPid, 'x')),
      ),
      completed: ['config'],
    })
    expect([read(config), strays(), readdirSync(join(home, 'state'))]).toEqual([saved, [], []])
  })

  it('is left as it is, with nothing beside it, where AWS tools reject it or do not read the line alike', async () => {
    writeFileSync(config, `${text}[profile dev]\n`)
    expect(await codeOf(edit('config', save))).toBe('file.rejected-by-aws')
    expect(() => rehearseUserEdit(known, 'config', save)).toThrow('AWS tools reject')
    writeFileSync(config, '[profile dev]\nmfa_serial = "x"\n')
    known.refresh()
    expect(await codeOf(edit('config', save))).toBe('file.section-unreadable')
    expect(() => rehearseUserEdit(known, 'config', save)).toThrow('because of line 2')
    expect([read(config), strays()]).toEqual(['[profile dev]\nmfa_serial = "x"\n', []])
  }, 20_000)

  it('is not edited where somebody else can write it or its directory', async () => {
    for (const path of [config, home]) {
      const { mode } = statSync(path)
      chmodSync(path, 0o777)
      expect(() => rehearseUserEdit(known, 'config', save)).toThrow('can be changed by other users')
      expect(await codeOf(edit('config', save))).toBe('file.writable-by-others')
      chmodSync(path, mode)
    }
    expect([read(config), strays()]).toEqual([text, []])
  })
})

describe('the credentials file', () => {
  it('gets another header, and again when a program writes back what it had read before', async () => {
    appendFileSync(credentials, '[other]\nregion = x\n')
    const before = read(credentials)
    await edit('credentials', () => [rename])
    const after = read(credentials)
    expect(after).toBe(before.replace('[dev]', '[dev-long-term]'))
    writeFileSync(credentials, before)
    known.refresh()
    expect(planRestores(known.documents, known.ledger, known.now()).restore).toHaveLength(2)
    await restoreUndone(known, 'credentials')
    expect(read(credentials).split('\n').sort()).toEqual(after.split('\n').sort())
  })

  it('warns where others can read it', async () => {
    chmodSync(credentials, 0o644)
    const { warnings } = await edit('credentials', () => [rename])
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'file.readable-by-others', file: credentials }),
    ])
  })
})
