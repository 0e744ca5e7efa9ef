// What another program wrote into the old file is put into the new one, or said to be missing there.
import { describe, expect, it } from 'vitest'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { emptyLedger } from '../../../src/core/writes/ledger.ts'
import type { KnownFiles } from '../../../src/daemon/files/known-files.ts'
import { type Edit, mergeLate } from '../../../src/daemon/files/late-merge.ts'
import { thrownBy } from '../../support/thrown.ts'

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => new Uint8Array(Buffer.from(text, encoding))
const old = '[a]\nk=1\n[b]\nk=1\n'
const written = `${old}[a-mfa]\nt=1\n`

/** Merges `after`, and makes the edit in each of these versions of the file, as a replacement that starts over does. */
async function merged(after: Uint8Array, versions: Uint8Array[], realPath = '/c', ours: Partial<Edit> = {}) {
  const known = {
    file: () => ({ realPath, path: '/c', parse: parseDocument }),
    ledgerOf: () => emptyLedger,
    now: () => new Date(0),
  } as unknown as KnownFiles
  const calls: string[] = []
  const edit: Edit = {
    edit(before, isLate) {
      calls.push(`edit ${isLate}`)
      return bytes(`${Buffer.from(before)}[a-mfa]\nt=1\n`)
    },
    verify: () => calls.push('verify'),
    check: () => calls.push('check'),
    ...ours,
  }
  let result: Uint8Array = bytes('')
  const late = { before: bytes(old), after, written: bytes(written), realPath: '/c' }
  let error: unknown
  await mergeLate(known, 'credentials', edit, late, async (merge) => {
    for (const version of versions) {
      result = merge.edit(version, false)
      merge.verify(version, result)
    }
  }).catch((reason: unknown) => {
    error = reason
  })
  return {
    text: Buffer.from(result).toString(),
    calls,
    failure:
      error === undefined
        ? undefined
        : thrownBy(() => {
            throw error
          }),
  }
}

describe('what was written into the old file', () => {
  it('has our edit made in it where the new file is still as we wrote it', async () => {
    expect(await merged(bytes(`${old}[c]\n`), [bytes(written)])).toEqual({
      text: `${old}[c]\n[a-mfa]\nt=1\n`,
      calls: ['edit true', 'verify', 'check'],
      failure: undefined,
    })
  })

  it('is merged where that has changed since', async () => {
    expect(await merged(bytes(`${old}[c]\n`), [bytes(`${written}[d]\n`)])).toEqual({
      text: `${written}[d]\n[c]\n`,
      calls: [],
      failure: undefined,
    })
  })

  it('and what both changed stays as it is in the new file, and is named', async () => {
    const { text, failure } = await merged(bytes(old.replace('1', '2')), [bytes(written.replace('1', '3'))])
    expect(text).toBe(written.replace('1', '3'))
    expect(failure).toEqual({
      code: 'file.edit-conflict',
      message: 'both changed [a]',
      hint: 'compare the two files, and take over what is missing',
    })
  })

  it('names five sections at most, and the lines before the first', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const sections = (value: number) => names.map((name) => `[${name}]\nk=${value}\n`).join('')
    const known = {
      file: () => ({ realPath: '/c', path: '/c', parse: parseDocument }),
      ledgerOf: () => emptyLedger,
      now: () => new Date(0),
    } as unknown as KnownFiles
    const late = {
      before: bytes(`# 1\n${sections(1)}`),
      after: bytes(`# 2\n${sections(2)}`),
      written: bytes(''),
      realPath: '/c',
    }
    const edit: Edit = { edit: (before) => before, verify: () => undefined }
    const merging = mergeLate(known, 'credentials', edit, late, async (merge) =>
      merge.edit(bytes(`# 3\n${sections(3)}`), false),
    )
    await expect(merging).rejects.toThrow(
      'both changed the lines before the first section, [a], [b], [c], [d]',
    )
    await expect(merging).rejects.not.toThrow('[e]')
  })

  it('is judged by the version that is replaced in the end, whatever was found before it', async () => {
    const after = bytes(old.replace('1', '2'))
    const conflicting = bytes(written.replace('1', '3'))
    const other = bytes(`${written}[d]\n`)
    expect((await merged(after, [conflicting, other])).failure).toBeUndefined()
    expect((await merged(after, [other, conflicting])).failure?.code).toBe('file.edit-conflict')
    const again = await merged(after, [conflicting, bytes(written)])
    expect(again).toMatchObject({ calls: ['edit true', 'verify', 'check'], failure: undefined })
  })

  it('is left where it is when the file is another one now, or the two are of different encodings', async () => {
    const after = bytes(`${old}[c]\n`)
    expect((await merged(after, [bytes(written)], '/elsewhere')).failure?.message).toBe(
      '/c is no longer the credentials file',
    )
    const latin = bytes(`${written}# \u00e9\n`, 'latin1')
    expect((await merged(after, [latin])).failure?.message).toBe('only one of the two is UTF-8')
    expect(
      (await merged(bytes(`${old}# \u00e9\n`, 'latin1'), [bytes(`${written}[d]\n`)])).failure?.message,
    ).toBe('only one of the two is UTF-8')
  })

  it('is not merged into a file that AWS tools reject', async () => {
    const { failure } = await merged(bytes(`${old}[c]\n`), [bytes(`rubbish\n${written}`)])
    expect(failure?.code).toBe('file.rejected-by-aws')
  })
})
