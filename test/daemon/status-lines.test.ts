// The status file of an agent on real files.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

const read = () => readFileSync(world.statusFile, 'utf8')
const expiration = Date.parse('2026-11-23T09:00:00Z') / 1000

it('is there from the start, and follows login, time and logout', async () => {
  expect(read()).toBe('')
  await world.login(['dev'])
  expect(read()).toBe(`dev valid ${expiration}\n`)
  const { ino } = statSync(world.statusFile)
  await world.pass(49 * 60)
  expect(statSync(world.statusFile).ino).toBe(ino)
  await world.pass(90)
  expect(read()).toBe(`dev expiring ${expiration}\n`)
  await world.pass(600)
  expect(read()).toBe(`dev expired ${expiration}\n`)
  await world.agent.logout({ profile: 'dev' })
  expect(read()).toBe('')
})

it("has expirations on this computer's clock, which a prompt compares them with", async () => {
  world.offsetSeconds = 240
  await world.login(['dev'])
  expect(read()).toBe(`dev valid ${expiration}\n`)
})

it('is a warning where it cannot be written, fails no login, and is logged once', async () => {
  rmSync(world.statusFile)
  mkdirSync(world.statusFile)
  await world.login(['dev'])
  expect(world.agent.status()).toMatchObject({
    profiles: [{ state: 'valid' }],
    warnings: [{ code: 'daemon.status-file' }],
  })
  await world.pass(120)
  expect(world.logged.filter((line) => line.includes('prompts and bars'))).toHaveLength(1)
  rmSync(world.statusFile, { recursive: true })
  expect(world.agent.status().warnings).toEqual([])
  expect(existsSync(world.statusFile)).toBe(true)
})
