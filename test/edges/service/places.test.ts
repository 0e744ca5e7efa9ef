import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isOwnDirectory, lastingPath } from '../../../src/edges/service/places.ts'

let home: string
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'mfad-places-')))
})
afterEach(() => rmSync(home, { recursive: true }))

const make = (...parts: string[]) => {
  const path = join(home, ...parts)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  return path
}

describe('lastingPath', () => {
  test('is the link, where it leads to the same file', () => {
    const node = make('.nvm/versions/node/v22.11.0/bin/node')
    symlinkSync(join(home, '.nvm/versions/node/v22.11.0'), join(home, '.nvm/current'))
    expect(lastingPath(node, home)).toBe(join(home, '.nvm/current/bin/node'))
  })

  test('is the path itself, where the link leads to another version or there is none', () => {
    const node = make('.nvm/versions/node/v22.11.0/bin/node')
    expect(lastingPath(node, home)).toBe(node)
    make('.nvm/versions/node/v20.1.0/bin/node')
    symlinkSync(join(home, '.nvm/versions/node/v20.1.0'), join(home, '.nvm/current'))
    expect(lastingPath(node, home)).toBe(node)
  })
})

describe('isOwnDirectory', () => {
  test("is true for the user's own, and false where others can write or there is none", () => {
    const directory = join(home, 'bin')
    expect(isOwnDirectory(directory)).toBe(false)
    mkdirSync(directory)
    expect(isOwnDirectory(directory)).toBe(true)
    chmodSync(directory, 0o777)
    expect(isOwnDirectory(directory)).toBe(false)
  })
})
