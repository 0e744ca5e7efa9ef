// The file store without the rights of root, for which a read-only directory is none, in a process of its own.

import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Action, texts } from '../../../support/file-store-driver.ts'
import { type Laboratory, openLaboratory } from '../../../support/file-store-process.ts'

const oldText = '[dev]\naws_access_key_id = AKIAOLD\n'
const deadPid = 2 ** 22 + 1
const nobody = 65534

let laboratory: Laboratory
let base: string
let state: string

beforeAll(async () => {
  laboratory = await openLaboratory()
  base = laboratory.base
  state = join(base, 'state')
  fs.mkdirSync(state)
  fs.chmodSync(state, 0o777)
})
afterAll(() => laboratory.close())

/** A directory of its own, with the old file or none. */
function createFile(name: string, exists: boolean): string {
  const path = join(base, name, 'credentials')
  fs.mkdirSync(dirname(path), { mode: 0o700 })
  if (exists) fs.writeFileSync(path, oldText, { mode: 0o600 })
  return path
}

describe('without the rights of root', () => {
  const dropped = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  const run = (action: Action, path: string) => {
    const request = { action, path, stateDirectory: state, pid: deadPid, home: dirname(path) }
    return laboratory.run(request, dropped).error?.code ?? 'done'
  }
  const give = (...paths: string[]) => {
    if (dropped.uid !== undefined) for (const path of paths) fs.chownSync(path, dropped.uid, dropped.gid)
  }

  it('replaces and creates', () => {
    for (const exists of [true, false]) {
      const path = createFile(`plain-${exists}`, exists)
      give(dirname(path), ...(exists ? [path] : []))
      expect(run('check', path)).toBe('done')
      expect(run('append', path)).toBe('done')
      expect(fs.readFileSync(path, 'utf8')).toBe((exists ? oldText : '') + texts.added)
    }
  })

  it('writes a file where it stands in a directory that cannot be written', () => {
    const path = createFile('read-only-directory', true)
    give(dirname(path), path)
    fs.chmodSync(dirname(path), 0o500)
    const { ino } = fs.statSync(path)
    expect([run('check', path), run('append', path)]).toEqual(['done', 'done'])
    expect(fs.readFileSync(path, 'utf8')).toBe(oldText + texts.added)
    expect([fs.readdirSync(dirname(path)), fs.statSync(path).ino]).toEqual([['credentials'], ino])
    expect(fs.readdirSync(state)).toEqual([])
  })

  it('says that neither the file nor its directory can be written, before and at the update', () => {
    const path = createFile('read-only', true)
    give(dirname(path), path)
    fs.chmodSync(path, 0o400)
    fs.chmodSync(dirname(path), 0o500)
    expect([run('check', path), run('append', path)]).toEqual(['file.not-writable', 'file.not-writable'])
    expect([fs.readdirSync(dirname(path)), fs.readFileSync(path, 'utf8')]).toEqual([['credentials'], oldText])
  })

  it('says that a missing directory cannot be created', () => {
    const path = createFile('no-parent', false)
    give(dirname(path))
    fs.chmodSync(dirname(path), 0o500)
    const missing = join(dirname(path), 'missing', 'credentials')
    expect([run('check', missing), run('append', missing)]).toEqual([
      'file.not-writable',
      'file.not-writable',
    ])
  })

  it('says that a file or its directory cannot be read', () => {
    const path = createFile('unreadable', true)
    give(dirname(path), path)
    fs.chmodSync(path, 0o200)
    expect([run('check', path), run('append', path)]).toEqual(['file.not-readable', 'file.not-readable'])
    fs.chmodSync(dirname(path), 0o600)
    expect([run('check', path), run('append', path)]).toEqual(['file.not-readable', 'file.not-readable'])
  })

  it('does not wait for a writer when the path is a FIFO', () => {
    const path = createFile('fifo', false)
    execFileSync('mkfifo', [path])
    give(dirname(path), path)
    expect([run('check', path), run('append', path)]).toEqual(['file.not-a-file', 'file.not-a-file'])
    expect(fs.readdirSync(dirname(path))).toEqual(['credentials'])
  })

  it.runIf(dropped.uid !== undefined)(
    "writes root's file where it stands when the user's own group may",
    () => {
      const path = createFile('root-owned-writable', true)
      give(dirname(path))
      fs.chownSync(path, 0, nobody)
      fs.chmodSync(path, 0o660)
      expect([run('check', path), run('append', path)]).toEqual(['done', 'done'])
      const { uid, gid, mode } = fs.statSync(path)
      expect([fs.readFileSync(path, 'utf8'), uid, gid, mode & 0o777]).toEqual([
        oldText + texts.added,
        0,
        nobody,
        0o660,
      ])
    },
  )

  it.runIf(dropped.uid !== undefined)("refuses root's file in a directory of the user's own", () => {
    const path = createFile('root-owned', true)
    give(dirname(path))
    fs.chmodSync(path, 0o644)
    expect([run('check', path), run('append', path)]).toEqual(['file.other-owner', 'file.other-owner'])
  })
})
