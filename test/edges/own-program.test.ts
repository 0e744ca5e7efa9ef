import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openOwnProgram } from '../../src/edges/own-program.ts'

let directory: string
const path = (name: string) => join(directory, name)
const replace = (name: string) => {
  writeFileSync(path('new'), 'new')
  renameSync(path('new'), path(name))
}
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mfad-program-'))
  for (const name of ['node', 'mfad.cjs', 'daemon.cjs']) writeFileSync(path(name), name)
})
afterEach(() => rmSync(directory, { recursive: true }))

const open = () => openOwnProgram(path('node'), path('mfad.cjs'))

describe('the files that the daemon was started from', () => {
  test.each(['node', 'mfad.cjs', 'daemon.cjs'])(
    'are replaced when %s is another file, and has stayed so',
    (name) => {
      const program = open()
      expect([program.isReplaced(), program.isReplaced()]).toEqual([false, false])
      replace(name)
      // An upgrade may still be going on.
      expect([program.isReplaced(), program.isReplaced()]).toEqual([false, true])
    },
  )

  test('are one where it is a single file', () => {
    const program = openOwnProgram(path('node'), undefined)
    replace('daemon.cjs')
    expect([program.isReplaced(), program.isReplaced()]).toEqual([false, false])
    replace('node')
    expect([program.isReplaced(), program.isReplaced()]).toEqual([false, true])
  })

  test('are not replaced while one of them is missing: nothing could be started', () => {
    const program = open()
    rmSync(path('daemon.cjs'))
    expect([program.isReplaced(), program.isReplaced()]).toEqual([false, false])
    replace('daemon.cjs')
    expect([program.isReplaced(), program.isReplaced()]).toEqual([false, true])
  })

  test('are not replaced where they cannot be found by an absolute path', () => {
    const program = openOwnProgram('node', path('mfad.cjs'))
    replace('daemon.cjs')
    expect([program.isReplaced(), program.isReplaced()]).toEqual([false, false])
  })
})
