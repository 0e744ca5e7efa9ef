// Real chokidar on real files. The caller looks at the file whenever it is told to, and rearms, as the daemon does; what
// counts is that its last look saw the newest content.
import fs, {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Log } from '../../src/edges/logger.ts'
import { startWatcher } from '../../src/edges/watcher.ts'
import { until } from '../support/until.ts'

const limitMs = 1000
const quietMs = 180

let home: string
let directory: string
let file: string
let caller: Caller | undefined

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-watcher-'))
  directory = join(home, '.aws')
  file = join(directory, 'credentials')
  mkdirSync(directory)
  writeFileSync(file, 'first')
})
afterEach(async () => {
  await caller?.close()
  caller = undefined
  rmSync(home, { recursive: true, force: true })
})

type Caller = {
  looks(): number
  look(): void
  /** What stood in the file at the last look. */
  saw(): string
  /** The same, of all looks. */
  sights(): readonly string[]
  warnings: string[]
  /** The watches are in place, and nothing is under way. */
  quiet(): Promise<void>
  close(): Promise<void>
}

async function watching(...paths: string[]): Promise<Caller> {
  let looks = 0
  let lastLookAt = Date.now()
  let saw = ''
  const sights: string[] = []
  const warnings: string[] = []
  const log = { ...silentLog, warn: (facts: object) => void warnings.push(JSON.stringify(facts)) }
  const look = () => {
    looks += 1
    lastLookAt = Date.now()
    saw = contentOf(paths[0] ?? '')
    sights.push(saw)
    watcher.rearm()
  }
  const watcher = startWatcher(() => paths, look, log as unknown as Log)
  caller = {
    looks: () => looks,
    look,
    saw: () => saw,
    sights: () => sights,
    warnings,
    async quiet() {
      const askedAt = Date.now()
      await until('quiet', () => Date.now() - Math.max(askedAt, lastLookAt) > quietMs)
    },
    close: () => watcher.close(),
  }
  await caller.quiet()
  return caller
}

const ignore = () => undefined
const silentLog = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'absent'
  }
}

function replace(path: string, content: string): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}

async function expectSeen(content: string): Promise<void> {
  await until(`a look sees ${content}, not ${caller?.saw()}`, () => caller?.saw() === content, limitMs)
}

describe('the watcher', () => {
  it.each([2, 5])('sees the last of %d replacements back to back, and a later write', async (times) => {
    await watching(file)
    for (let time = 1; time <= times; time++) replace(file, `replaced ${time}`)
    await expectSeen(`replaced ${times}`)
    await caller?.quiet()
    replace(file, 'replaced later')
    await expectSeen('replaced later')
    await caller?.quiet()
    writeFileSync(file, 'written later')
    await expectSeen('written later')
  })

  // chokidar drops a change that comes within 50 ms of another one; here a look falls in between.
  it.each([40, 55, 65])('sees a replacement %d ms after the first of others', async (delayMs) => {
    const other = join(directory, 'config')
    writeFileSync(other, 'first')
    await watching(file, other)
    for (let time = 1; time <= 2; time++) {
      writeFileSync(other, `written ${time}`)
      await pause(25)
      replace(file, `replaced ${time}`)
      await pause(delayMs - 25)
      replace(file, `replaced again ${time}`)
      await expectSeen(`replaced again ${time}`)
      await caller?.quiet()
    }
  })

  it('does not take a file for gone that an editor moves away for a moment', async () => {
    await watching(file)
    for (let time = 1; time <= 3; time++) {
      renameSync(file, `${file}~`)
      await pause(80)
      writeFileSync(file, `saved ${time}`)
      await expectSeen(`saved ${time}`)
      await caller?.quiet()
    }
    expect(caller?.sights()).not.toContain('absent')
  })

  it('sees a file that was missing at the start', async () => {
    unlinkSync(file)
    await watching(file)
    writeFileSync(file, 'created')
    await expectSeen('created')
    replace(file, 'replaced')
    await expectSeen('replaced')
  })

  it.each([0, 55, 65])(
    'sees a file created %d ms after its directory, which was missing at the start, and a later write',
    async (delayMs) => {
      rmSync(directory, { recursive: true })
      await watching(file)
      mkdirSync(directory)
      await pause(delayMs)
      writeFileSync(file, 'created')
      await expectSeen('created')
      await caller?.quiet()
      writeFileSync(file, 'written')
      await expectSeen('written')
    },
  )

  it('sees a file whose directories above were missing too', async () => {
    const deep = join(home, 'a/b/c/credentials')
    await watching(deep)
    mkdirSync(join(home, 'a/b/c'), { recursive: true })
    await pause(30)
    writeFileSync(deep, 'created')
    await expectSeen('created')
    await caller?.quiet()
    writeFileSync(deep, 'written')
    await expectSeen('written')
  })

  it('sees a directory that is deleted and made again', async () => {
    await watching(file)
    rmSync(directory, { recursive: true })
    await expectSeen('absent')
    await caller?.quiet()
    mkdirSync(directory)
    writeFileSync(file, 'created')
    await expectSeen('created')
    await caller?.quiet()
    writeFileSync(file, 'written')
    await expectSeen('written')
  })

  it('sees a directory that is deleted and made again at once', async () => {
    await watching(file)
    rmSync(directory, { recursive: true })
    mkdirSync(directory)
    writeFileSync(file, 'created')
    await expectSeen('created')
    await caller?.quiet()
    writeFileSync(file, 'written')
    await expectSeen('written')
  })

  it('sees a directory that another one of the same name replaces', async () => {
    await watching(file)
    mkdirSync(join(home, 'new'))
    writeFileSync(join(home, 'new/credentials'), 'moved here')
    renameSync(directory, join(home, 'old'))
    renameSync(join(home, 'new'), directory)
    await expectSeen('moved here')
    await caller?.quiet()
    writeFileSync(file, 'written')
    await expectSeen('written')
  })

  it('sees a directory that is moved away, and one moved here later', async () => {
    await watching(file)
    renameSync(directory, join(home, 'old'))
    await expectSeen('absent')
    await caller?.quiet()
    renameSync(join(home, 'old'), directory)
    await expectSeen('first')
    await caller?.quiet()
    writeFileSync(file, 'written')
    await expectSeen('written')
  })

  it.each([0, 2, 4])('sees a file that is removed and created %d ms later', async (delayMs) => {
    await watching(file, join(directory, 'config'))
    for (const round of [1, 2, 3]) {
      unlinkSync(file)
      if (delayMs > 0) await pause(delayMs)
      writeFileSync(file, `created ${round}`)
      await expectSeen(`created ${round}`)
      await caller?.quiet()
    }
    writeFileSync(join(directory, 'config'), 'x')
    const before = caller?.looks() ?? 0
    await until('config is seen', () => (caller?.looks() ?? 0) > before, limitMs)
  })

  it('sees a removal', async () => {
    await watching(file)
    unlinkSync(file)
    await expectSeen('absent')
  })

  it('sees a replacement with an older time and the same size', async () => {
    await watching(file)
    utimesSync(file, 1, 1)
    await caller?.quiet()
    writeFileSync(`${file}.new`, 'f1rst')
    utimesSync(`${file}.new`, 1, 1)
    renameSync(`${file}.new`, file)
    await expectSeen('f1rst')
  })

  it('sees the end of a slow write', async () => {
    await watching(file)
    writeFileSync(file, '')
    for (let part = 0; part < 40; part++) {
      appendFileSync(file, 'x')
      await pause(7)
    }
    await expectSeen('x'.repeat(40))
  })

  describe('where the file is a symlink', () => {
    let target: string
    beforeEach(() => {
      mkdirSync(join(home, 'dots'))
      target = join(home, 'dots/credentials')
      renameSync(file, target)
      symlinkSync('../dots/credentials', file)
    })

    it('sees its target written and replaced', async () => {
      await watching(file)
      writeFileSync(target, 'written')
      await expectSeen('written')
      await caller?.quiet()
      replace(target, 'replaced')
      await expectSeen('replaced')
    })

    it('sees it led elsewhere, and the new target replaced', async () => {
      await watching(file)
      mkdirSync(join(home, 'others'))
      writeFileSync(join(home, 'others/secrets'), 'elsewhere')
      symlinkSync(join(home, 'others/secrets'), `${file}.new`)
      renameSync(`${file}.new`, file)
      await expectSeen('elsewhere')
      await caller?.quiet()
      replace(join(home, 'others/secrets'), 'replaced')
      await expectSeen('replaced')
    })

    it('sees a target appear that was missing', async () => {
      unlinkSync(target)
      await watching(file)
      writeFileSync(target, 'created')
      await expectSeen('created')
    })

    it('sees a link in the middle of a chain led elsewhere', async () => {
      mkdirSync(join(home, 'generations'))
      symlinkSync('../dots/credentials', join(home, 'generations/current'))
      unlinkSync(file)
      symlinkSync('../generations/current', file)
      await watching(file)
      writeFileSync(join(home, 'dots/next'), 'next')
      symlinkSync('../dots/next', join(home, 'generations/new'))
      renameSync(join(home, 'generations/new'), join(home, 'generations/current'))
      await expectSeen('next')
      await caller?.quiet()
      replace(join(home, 'dots/next'), 'replaced')
      await expectSeen('replaced')
    })
  })

  describe('where the directory is a symlink', () => {
    beforeEach(() => {
      renameSync(directory, join(home, 'dots'))
      symlinkSync('dots', directory)
    })

    it('sees the file written and replaced', async () => {
      await watching(file)
      writeFileSync(file, 'written')
      await expectSeen('written')
      await caller?.quiet()
      replace(file, 'replaced')
      await expectSeen('replaced')
    })

    it('sees it led elsewhere', async () => {
      await watching(file)
      mkdirSync(join(home, 'others'))
      writeFileSync(join(home, 'others/credentials'), 'elsewhere')
      symlinkSync('others', join(home, 'new'))
      renameSync(join(home, 'new'), directory)
      await expectSeen('elsewhere')
      await caller?.quiet()
      replace(file, 'replaced')
      await expectSeen('replaced')
    })
  })

  it('survives a symlink that leads to itself', async () => {
    unlinkSync(file)
    symlinkSync('credentials', file)
    await watching(file)
    unlinkSync(file)
    writeFileSync(file, 'sound')
    await expectSeen('sound')
  })

  it('does not call for thousands of other files in the directory', async () => {
    await watching(file)
    const before = caller?.looks()
    for (let other = 0; other < 3000; other++) writeFileSync(join(directory, `cache-${other}`), 'x')
    await caller?.quiet()
    expect(caller?.looks()).toBe(before)
    replace(file, 'replaced')
    await expectSeen('replaced')
  })

  it('calls once for many changes at a time', async () => {
    await watching(file)
    const before = caller?.looks() ?? 0
    for (let time = 0; time < 20; time++) appendFileSync(file, 'x')
    await expectSeen(`first${'x'.repeat(20)}`)
    await caller?.quiet()
    expect((caller?.looks() ?? 0) - before).toBeLessThanOrEqual(3)
  })

  describe('in a directory with many other files', () => {
    const writeOthers = (count: number) => {
      for (let other = 0; other < count; other++) writeFileSync(join(directory, `other-${other}`), '')
    }

    it('sees replacements, removals and another directory in its place', async () => {
      writeOthers(600)
      await watching(file)
      for (const round of [1, 2]) {
        for (const half of ['a', 'b']) replace(file, `${half}${round}`)
        await expectSeen(`b${round}`)
        await caller?.quiet()
      }
      unlinkSync(file)
      await expectSeen('absent')
      await caller?.quiet()
      renameSync(directory, join(home, 'old'))
      mkdirSync(directory)
      writeFileSync(file, 'moved here')
      await expectSeen('moved here')
      await caller?.quiet()
      replace(file, 'replaced')
      await expectSeen('replaced')
    })

    it('spends next to nothing on the changes of those', async () => {
      writeOthers(5000)
      const { looks, quiet } = await watching(file)
      const before = looks()
      const start = process.cpuUsage()
      for (let change = 0; change < 20; change++) {
        writeFileSync(join(directory, 'other-1'), String(change))
        await pause(20)
      }
      await quiet()
      const { user, system } = process.cpuUsage(start)
      expect((user + system) / 1000).toBeLessThan(300)
      expect(looks()).toBe(before)
    })
  })

  describe('where watching is impossible', () => {
    const full = Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), {
      code: 'ENOSPC',
    })
    beforeEach(() => {
      vi.spyOn(fs, 'watch').mockImplementation(() => {
        throw full
      })
      syncBuiltinESMExports()
    })
    afterEach(() => {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    })

    it.each([0, 600])('says so once and does not look in a loop, beside %d other files', async (others) => {
      for (let other = 0; other < others; other++) writeFileSync(join(directory, `other-${other}`), '')
      const { looks, warnings } = await watching(file)
      expect(looks()).toBeLessThanOrEqual(2)
      expect(warnings).toEqual([JSON.stringify({ directory, problem: String(full) })])
    })

    it('tries again a minute later, without another word', async () => {
      const { looks, warnings, quiet, look } = await watching(file)
      const now = process.hrtime.bigint()
      vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => now + 61_000_000_000n)
      look()
      await quiet()
      expect({ isBounded: looks() <= 4, warnings: warnings.length }).toEqual({ isBounded: true, warnings: 1 })
      vi.restoreAllMocks()
      syncBuiltinESMExports()
      vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => now + 122_000_000_000n)
      look()
      await quiet()
      writeFileSync(file, 'written')
      await expectSeen('written')
    })
  })

  it.each([0, 600])('calls no more once it is closed, beside %d other files', async (others) => {
    for (let other = 0; other < others; other++) writeFileSync(join(directory, `other-${other}`), '')
    let calls = 0
    const watcher = startWatcher(
      () => [file],
      () => calls++,
      silentLog as unknown as Log,
    )
    writeFileSync(file, 'written')
    await watcher.close()
    await pause(quietMs)
    expect(calls).toBe(0)
  })
})
