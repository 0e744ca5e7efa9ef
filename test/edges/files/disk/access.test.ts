import { expect, it } from 'vitest'
import { accessWarnings, checkAccess, isReplaceable } from '../../../../src/edges/files/disk/access.ts'

const alice = { uid: 1000, gid: 1000 }
const root = { uid: 0, gid: 0 }

const at = (path: string, mode: number, [uid, gid]: [number, number] = [1000, 1000], nlink = 1) => ({
  path,
  stats: { mode: BigInt(mode), uid: BigInt(uid), gid: BigInt(gid), nlink: BigInt(nlink) },
})
const file = (mode: number, owner?: [number, number], nlink?: number) =>
  at('/a/.aws/credentials', mode, owner, nlink)
const directory = (mode: number, owner?: [number, number]) => at('/a/.aws', mode, owner)
const home = directory(0o700)

it.each([
  ['a file and a directory of the user alone', file(0o600), home, alice],
  ['what umask 002 leaves: writable by the primary group', file(0o664), directory(0o775), alice],
  ['a file that its owner cannot write', file(0o400), home, alice],
  ['a missing file', undefined, home, alice],
  ['a directory of root', file(0o600), directory(0o755, [0, 0]), alice],
  ['a file of the user in a sticky directory such as /tmp', file(0o600), directory(0o1777, [0, 0]), alice],
  ['a missing file in a sticky directory', undefined, directory(0o1777, [0, 0]), alice],
  ['for root, a file and directory of someone else', file(0o600), home, root],
])('accepts %s', (_what, file, directory, identity) => {
  expect(() => checkAccess(file, [directory], identity)).not.toThrow()
})

it.each([
  [
    'a file that everyone can write',
    file(0o602),
    home,
    alice,
    'file.writable-by-others',
    'chmod go-w /a/.aws/credentials',
  ],
  [
    'a file that another group can write',
    file(0o620, [1000, 50]),
    home,
    alice,
    'file.writable-by-others',
    'chmod go-w /a/.aws/credentials',
  ],
  [
    'a directory that everyone can write',
    file(0o600),
    directory(0o703),
    alice,
    'file.writable-by-others',
    'chmod go-w /a/.aws',
  ],
  [
    'a directory that another group can write',
    undefined,
    directory(0o770, [1000, 50]),
    alice,
    'file.writable-by-others',
    'chmod go-w /a/.aws',
  ],
  [
    'a file of someone else in a sticky directory',
    file(0o604, [1001, 1001]),
    directory(0o1777, [0, 0]),
    root,
    'file.writable-by-others',
    'chmod go-w /a/.aws',
  ],
  [
    'a directory of someone else',
    file(0o600),
    directory(0o755, [1001, 1001]),
    alice,
    'file.other-owner',
    'chown',
  ],
])('refuses %s', (_what, file, directory, identity, code, hint) => {
  expect(() => checkAccess(file, [directory], identity)).toThrow(
    expect.objectContaining({ code, hint: expect.stringContaining(hint) }),
  )
})

it.each([
  ['a file of its own', file(0o600), alice, true],
  ['a file of someone else', file(0o604, [1001, 1001]), alice, false],
  ['a file of someone else, for root', file(0o604, [1001, 1001]), root, true],
  ['a file with a second name', file(0o600, [1000, 1000], 2), alice, false],
])('lets another file take the place of %s or not', (_what, { stats }, identity, expected) => {
  expect(isReplaceable(stats, identity)).toBe(expected)
})

it('looks at every directory that leads to the file', () => {
  const open = at('/srv/dotfiles', 0o777)
  expect(() => checkAccess(file(0o600), [home, open], alice)).toThrow(
    '/srv/dotfiles can be changed by other users',
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
