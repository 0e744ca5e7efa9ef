// What other programs do to the files while the agent writes: the agent on real files, with a clock that a test sets.
import * as fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const other = () => join(world.home, '.aws/other')
const warnings = () => world.agent.status().warnings.map(({ code }) => code)

it('a late write that is not UTF-8 is kept beside the file, and changes no other character', async () => {
  world.writeProfiles({ dev: 'alice', prod: 'bob' })
  world.writeCredentials(`# Schlüssel für München\n${world.readCredentials()}`)
  const descriptor = fs.openSync(world.credentialsFile, 'a')
  await world.login(['dev'])
  await world.login(['prod'])
  fs.writeSync(descriptor, Buffer.from('# caf\xe9\n', 'latin1'))
  fs.closeSync(descriptor)
  await until('it is named', () => warnings().includes('file.edit-kept'))
  expect(world.readCredentials()).toMatch(/^# Schlüssel für München\n/)
})

it('a logout of a session that another program has dropped is not undone by bringing that back', async () => {
  const before = world.readCredentials()
  await world.login(['dev'])
  world.writeCredentials(`${before}[new]\nk = 1\n`)
  expect(await world.agent.logout({ profile: 'dev' })).toMatchObject({ removed: false })
  await world.look()
  await pause(200)
  expect(world.readCredentials()).toBe(`${before}[new]\nk = 1\n`)
})

it('a session that another program has dropped is put in again, and stays away when it is removed some seconds later', async () => {
  const before = world.readCredentials()
  const edit = async (comment: string) => {
    world.writeCredentials(`${before}${comment}`)
    await world.look()
  }
  await world.login(['dev'])
  await edit('# edited\n')
  await until('the session is back', () => world.readCredentials().includes('[dev-mfa]'))
  // The agent comes to know of it a moment after the file shows it.
  await pause(100)
  await world.pass(5.5)
  await edit('# edited again\n')
  await pause(200)
  expect(world.readCredentials()).toBe(`${before}# edited again\n`)
})

describe('when another file becomes the credentials file,', () => {
  const foreign = '[prod]\naws_access_key_id = AKIAOTHER\n'
  beforeEach(() => fs.writeFileSync(other(), foreign, { mode: 0o600 }))

  it('by a setting, what was written to the first is not written to it', async () => {
    await world.login(['dev'])
    world.writeSettings(`[mfad]\ncredentials_file = ${other()}\n`)
    await world.look()
    await pause(200)
    expect(fs.readFileSync(other(), 'utf8')).toBe(foreign)
  })

  it('by a symlink, neither', async () => {
    const [link, work] = [world.credentialsFile, join(world.home, '.aws/work')]
    fs.renameSync(link, work)
    fs.symlinkSync(work, link)
    await world.login(['dev'])
    fs.unlinkSync(link)
    fs.symlinkSync(other(), link)
    await world.look()
    await pause(200)
    expect(fs.readFileSync(other(), 'utf8')).toBe(foreign)
    expect(fs.readFileSync(work, 'utf8')).toContain('[dev-mfa]')
  })

  it('a late write to the first is kept there, and named', async () => {
    const descriptor = fs.openSync(world.credentialsFile, 'a')
    await world.login(['dev'])
    world.writeSettings(`[mfad]\ncredentials_file = ${other()}\n`)
    await world.look()
    fs.writeSync(descriptor, '[late]\nk = 1\n')
    fs.closeSync(descriptor)
    await until('it is named', () => warnings().includes('file.edit-kept'))
    expect(fs.readFileSync(other(), 'utf8')).toBe(foreign)
  })
})

it('a region that another daemon changes all the time is corrected five times, and then left to it', async () => {
  world.addToConfig('region = eu-west-1\n')
  await world.login(['dev'])
  const region = () => /^region = (.*)$/m.exec(world.readCredentials())?.[1]
  const change = async () => {
    // Later than that it is no write of a program that had read before.
    await world.pass(70)
    world.writeCredentials(world.readCredentials().replace('region = eu-west-1', 'region = us-west-2'))
    await world.pass(1)
  }
  for (let time = 0; time < 5; time++) {
    await change()
    await until('it is corrected', async () => {
      await world.pass(1)
      return region() === 'eu-west-1'
    })
    // The agent comes to know of it a moment after the file shows it.
    await pause(100)
  }
  await change()
  await pause(200)
  expect(region()).toBe('us-west-2')
})

it('a region that changes while the one before it is being written is not forgotten', async () => {
  world.addToConfig('region = eu-west-1\n')
  await world.login(['dev'])
  world.afterWrite = () => {
    world.afterWrite = undefined
    world.writeConfig(world.readConfig().replace('us-west-2', 'eu-north-1'))
    // As the watcher does.
    world.agent.look()
  }
  world.writeConfig(world.readConfig().replace('eu-west-1', 'us-west-2'))
  await world.look()
  await until('the second region is written', () => world.readCredentials().includes('region = eu-north-1'))
})

it('the end waits for no merge that cannot be made now', async () => {
  const descriptor = fs.openSync(world.credentialsFile, 'a')
  await world.login(['dev'])
  fs.writeSync(descriptor, '[dev]\nk = 1\n')
  fs.closeSync(descriptor)
  fs.appendFileSync(world.credentialsFile, '[dev]\n')
  await pause(100)
  const startedAt = performance.now()
  await world.agent.close()
  expect(performance.now() - startedAt).toBeLessThan(2500)
})
