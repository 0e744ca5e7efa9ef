// Directories in which chokidar would cost too much, and environments in which it would poll.
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../src/edges/logger.ts'
import { startWatcher, type Watcher } from '../../src/edges/watcher.ts'
import { until } from '../support/until.ts'

const crowd = 501

let directory: string
let file: string
let watcher: Watcher | undefined
let sights: string[]

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'mfad-crowded-')), '.aws')
  file = join(directory, 'credentials')
  mkdirSync(directory)
  writeFileSync(file, 'first')
  sights = []
})
afterEach(async () => {
  await watcher?.close()
  rmSync(join(directory, '..'), { recursive: true })
})

/** Looks at the file whenever it is told to. */
async function watch(): Promise<void> {
  const ignore = () => undefined
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore } as unknown as Log
  watcher = startWatcher(() => [file], look, log)
  await until('the watch is in place', () => sights.length > 0)
}

function look(): void {
  try {
    sights.push(readFileSync(file, 'utf8'))
  } catch {
    sights.push('absent')
  }
}

async function expectSeen(content: string): Promise<void> {
  await until(`a look sees ${content}, not ${sights.at(-1)}`, () => sights.at(-1) === content, 1000)
}

describe('in a directory of more than 500 entries', () => {
  beforeEach(async () => {
    for (let index = 0; index < crowd; index++) writeFileSync(join(directory, `other ${index}`), '')
    await watch()
  })

  it('a file is not taken for gone that an editor moves away for a moment', async () => {
    for (let time = 1; time <= 3; time++) {
      renameSync(file, `${file}~`)
      await pause(80)
      writeFileSync(file, `saved ${time}`)
      await expectSeen(`saved ${time}`)
      await pause(200)
    }
    expect(sights).not.toContain('absent')
  })

  it('a file that stays away is seen to be gone, and to be back', async () => {
    rmSync(file)
    await expectSeen('absent')
    writeFileSync(file, 'back')
    await expectSeen('back')
  })
})

describe('with CHOKIDAR_USEPOLLING and CHOKIDAR_INTERVAL in the environment', () => {
  beforeEach(() => {
    process.env.CHOKIDAR_USEPOLLING = '1'
    process.env.CHOKIDAR_INTERVAL = '10'
  })
  afterEach(() => {
    delete process.env.CHOKIDAR_USEPOLLING
    delete process.env.CHOKIDAR_INTERVAL
  })

  it('nothing is polled, and a change is seen', async () => {
    await watch()
    expect(process.getActiveResourcesInfo()).not.toContain('StatWatcher')
    expect(process.getActiveResourcesInfo()).toContain('FSEventWrap')
    renameSync(file, `${file}~`)
    writeFileSync(file, 'second')
    await expectSeen('second')
  })
})
