// Every name that a file of ours can have is known again, and no other: what is known is removed after a crash.
import { describe, expect, it } from 'vitest'
import {
  keptFileOf,
  keptPathOf,
  pidOfRecoveryCopy,
  pidOfTempFile,
  recoveryPathOf,
  tempPathOf,
} from '../../../../src/edges/files/disk/own-names.ts'

const file = '/home/alice/.aws/credentials'
const bytes = new TextEncoder().encode('[dev]\n')
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)

it('stands beside the file, hidden, and says whose it is', () => {
  expect(tempPathOf(file, 4711, 'x7b2')).toBe('/home/alice/.aws/.credentials.mfad-4711-x7b2.tmp')
  expect(keptPathOf(file, 4711, 'x7b2', bytes)).toMatch(
    /^\/home\/alice\/\.aws\/\.credentials\.mfad-4711-x7b2-[0-9a-f]{64}\.old$/,
  )
})

it('is known again', () => {
  expect(pidOfTempFile(file, nameOf(tempPathOf(file, 4711, 'x7-_2')))).toBe(4711)
  const kept = nameOf(keptPathOf(file, 4711, 'x7-_2', bytes))
  expect(keptFileOf(file, kept)).toEqual({ pid: 4711, hash: kept.slice(-68, -4) })
  expect(keptPathOf(file, 1, 'a', new Uint8Array())).not.toContain(kept.slice(-68, -4))
  expect(pidOfRecoveryCopy(nameOf(recoveryPathOf('/state', 4711, 'x7b2')))).toBe(4711)
})

describe('is not', () => {
  const temp = nameOf(tempPathOf(file, 4711, 'x7b2'))
  const kept = nameOf(keptPathOf(file, 4711, 'x7b2', bytes))
  const recovery = nameOf(recoveryPathOf('/state', 4711, 'x7b2'))
  it.each([
    '',
    'credentials',
    temp.slice(1),
    `x${temp}`,
    `${temp}x`,
    temp.replace('credentials', 'config'),
    temp.replace('4711', ''),
    temp.replace('4711', '12345678901'),
    temp.replace('x7b2', ''),
    temp.replace('x7b2', 'x/y'),
    kept.slice(1),
    `${kept}x`,
    kept.replace('credentials', 'config'),
    kept.replace('4711', 'pid'),
    kept.replace(/.\.old$/, '.old'),
    kept.replace(/.\.old$/, 'G.old'),
    // As long as the beginning of our names, and something else.
    `${'x'.repeat('.credentials.mfad-'.length)}${temp.slice('.credentials.mfad-'.length)}`,
    `${'x'.repeat('.credentials.mfad-'.length)}${kept.slice('.credentials.mfad-'.length)}`,
    `x${recovery}`,
    `${recovery}x`,
    recovery.replace('4711', ''),
  ])('%j', (name) => {
    expect([pidOfTempFile(file, name), keptFileOf(file, name), pidOfRecoveryCopy(name)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('one kind for the other', () => {
    expect([keptFileOf(file, temp), pidOfTempFile(file, kept)]).toEqual([undefined, undefined])
  })
})
