import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readAcl, writersIn } from '../../../../src/edges/files/disk/acl.ts'
import { requireProgram } from '../../../support/clients.ts'

const alice = { uid: 1000, gid: 1000 }
const directory = mkdtempSync(join(tmpdir(), 'mfad-acl-'))
afterAll(() => rmSync(directory, { recursive: true }))

describe('an access control list', () => {
  it.each<[string, string, string[]]>([
    ['nobody, where there is none', 'user::rw-\ngroup::rw-\nother::---\n', []],
    ['a user', 'user::rw-\nuser:1001:rw-\ngroup::r--\nmask::rw-\nother::---\n', ['uid 1001']],
    ['a group', 'user::rw-\ngroup::r--\ngroup:50:-w-\nmask::rw-\nother::---\n', ['gid 50']],
    ['nobody who may only read', 'user::rw-\nuser:1001:r-x\ngroup::rw-\nmask::rwx\nother::---\n', []],
    [
      'nobody whom the mask holds back',
      'user::rw-\nuser:1001:rw-\t#effective:r--\ngroup::rw-\nmask::r--\n',
      [],
    ],
    [
      'nobody else than the user, root and the own group',
      'user:1000:rw-\nuser:0:rw-\ngroup:1000:rw-\nmask::rw-\n',
      [],
    ],
    [
      'nobody whom it only lets write in files made later',
      'user::rwx\ngroup::rwx\ndefault:user:1001:rwx\n',
      [],
    ],
  ])('lets write: %s', (_whom, acl, expected) => {
    expect(writersIn(acl, alice)).toEqual(expected)
  })
})

describe.runIf(process.platform === 'linux')('getfacl', () => {
  const file = join(directory, 'it is -n mine')
  writeFileSync(file, '')

  it('is asked for a file of any name', (context) => {
    requireProgram(context, 'setfacl')
    execFileSync('setfacl', ['-m', 'u:1001:rw', '--', file])
    expect(writersIn(readAcl(file) ?? '', alice)).toEqual(['uid 1001'])
  })

  it('is not needed to know that a file has no list: ls tells', (context) => {
    requireProgram(context, 'setfacl')
    const [ls, plain] = [join(directory, 'ls'), join(directory, 'plain')]
    symlinkSync('/bin/ls', ls)
    writeFileSync(plain, '', { mode: 0o664 })
    const path = process.env.PATH
    try {
      process.env.PATH = directory
      expect(readAcl(plain)).toBe('')
      // The list that the test before gave it.
      expect(readAcl(file)).toBeUndefined()
    } finally {
      process.env.PATH = path
      rmSync(ls)
    }
  })

  it('is known to be missing, or to have failed', () => {
    const path = process.env.PATH
    try {
      expect(readAcl(join(directory, 'missing'))).toBeUndefined()
      process.env.PATH = directory
      expect(readAcl(file)).toBeUndefined()
    } finally {
      process.env.PATH = path
    }
  })
})
