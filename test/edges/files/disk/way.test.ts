import * as fs from 'node:fs'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { wayTo } from '../../../../src/edges/files/disk/way.ts'

let home: string

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'mfad-way-')))
  for (const directory of ['alice/.aws', 'bob/aws']) mkdirSync(join(home, directory), { recursive: true })
  writeFileSync(join(home, 'bob/aws/config'), '')
})
afterEach(() => rmSync(home, { recursive: true }))

/** The steps without those above `home`, and where they end. */
function follow(path: string) {
  const { steps, end, link } = wayTo(fs, join(home, path))
  const short = (long: string | undefined) => long?.replace(home, '')
  return {
    steps: steps
      .filter(({ directory }) => directory.path.startsWith(home))
      .map(({ directory, entry }) => `${short(directory.path)} ${short(entry?.path) ?? 'nothing'}`),
    above: steps.filter(({ directory }) => !directory.path.startsWith(home)).length,
    end: short(end?.path),
    link: short(link),
  }
}

it('is the directory of a file, where there is no link', () => {
  expect(follow('bob/aws/config')).toEqual({
    steps: ['/bob/aws /bob/aws/config'],
    above: 0,
    end: '/bob/aws/config',
    link: undefined,
  })
})

it('is every directory after a link, and the one that the link is in', () => {
  symlinkSync(join(home, 'bob/aws/config'), join(home, 'alice/.aws/config'))
  expect(follow('alice/.aws/config')).toEqual({
    steps: ['/alice/.aws /alice/.aws/config', ' /bob', '/bob /bob/aws', '/bob/aws /bob/aws/config'],
    above: home.split('/').length - 1,
    end: '/bob/aws/config',
    link: '/alice/.aws/config',
  })
})

it('goes through a link to a directory, a relative one, and one that leads up again', () => {
  symlinkSync('../bob/aws', join(home, 'alice/shared'))
  symlinkSync('../../alice/shared/../aws/config', join(home, 'alice/.aws/config'))
  const { steps, end, link } = follow('alice/.aws/config')
  expect(steps).toEqual([
    '/alice/.aws /alice/.aws/config',
    ' /alice',
    '/alice /alice/shared',
    ' /bob',
    '/bob /bob/aws',
    '/bob /bob/aws',
    '/bob/aws /bob/aws/config',
  ])
  expect([end, link]).toEqual(['/bob/aws/config', '/alice/.aws/config'])
})

it('ends where something is missing', () => {
  expect(follow('alice/.aws/credentials')).toMatchObject({ steps: ['/alice/.aws nothing'], end: undefined })
  expect(follow('carol/.aws/credentials')).toMatchObject({ steps: [], end: undefined })
  symlinkSync('../../carol/aws', join(home, 'alice/.aws/config'))
  expect(follow('alice/.aws/config')).toMatchObject({
    steps: ['/alice/.aws /alice/.aws/config', ' nothing'],
    end: undefined,
  })
})

it('is refused where links lead in a circle, and where a file stands for a directory', () => {
  symlinkSync('config', join(home, 'alice/.aws/config'))
  expect(() => follow('alice/.aws/config')).toThrow(expect.objectContaining({ code: 'file.not-a-file' }))
  expect(() => follow('bob/aws/config/x')).toThrow(expect.objectContaining({ code: 'file.not-a-file' }))
})
