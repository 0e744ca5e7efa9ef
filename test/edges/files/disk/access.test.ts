import { expect, it } from 'vitest'
import { accessWarnings, isReplaceable, otherOwnerError } from '../../../../src/edges/files/disk/access.ts'

const alice = { uid: 1000, gid: 1000 }
const root = { uid: 0, gid: 0 }

it.each([
  ['a file of its own', { uid: 1000n, nlink: 1n }, alice, true],
  ['a file of someone else', { uid: 1001n, nlink: 1n }, alice, false],
  ['a file of someone else, for root', { uid: 1001n, nlink: 1n }, root, true],
  ['a file with a second name', { uid: 1000n, nlink: 2n }, alice, false],
])('lets another file take the place of %s or not', (_what, stats, identity, expected) => {
  expect(isReplaceable(stats, identity)).toBe(expected)
})

it('tells how to make a file its user’s own, but not one that a link leads to', () => {
  expect(otherOwnerError('/a/b').hint).toBe('make it yours: sudo chown "$(id -u):$(id -g)" /a/b')
  expect(otherOwnerError('/srv/b', '/a/b').hint).toBe(
    'let the link /a/b lead to a file of your own; what is on its way: namei -l /a/b',
  )
})

it.each([0o600, 0o400, 0o700, 0o611])('warns of nothing when the mode is %o', (mode) => {
  expect(accessWarnings('/a/credentials', mode)).toEqual([])
})

it.each([0o640, 0o604, 0o644])('warns of a mode that others can read: %o', (mode) => {
  expect(accessWarnings("/a/it's mine", mode)).toEqual([
    {
      code: 'file.readable-by-others',
      message: `/a/it's mine can be read by other users (mode 0${mode.toString(8)})`,
      hint: "chmod go-rwx '/a/it'\\''s mine'",
    },
  ])
})
