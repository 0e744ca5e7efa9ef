// A session that was issued and could not be written: the agent on real files, on a disk that a test fills.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import { until } from '../support/until.ts'
import { World } from '../support/world.ts'

const full = new AppError('file.no-space', 'no space is left', 'free some space')

let world: World
beforeEach(async () => {
  world = new World()
  world.writeError = full
  await expect(world.login(['dev'])).rejects.toMatchObject({
    code: 'file.no-space',
    message:
      'no space is left; the new session is kept, and written as soon as it can be, without another code',
    hint: 'free some space',
  })
})
afterEach(() => world.close())

/** Longer than a write on a real disk takes. */
const passWithWrites = async (seconds: number) => {
  await world.pass(seconds)
  await new Promise((resolve) => setTimeout(resolve, 200))
}
const dev = () => world.agent.status().profiles.find(({ profile }) => profile === 'dev')

it('is written by itself once there is space, without another code', async () => {
  expect(dev()).toMatchObject({ state: 'inactive', lastError: { code: 'file.no-space' } })
  await world.pass(60)
  expect(world.readCredentials()).not.toContain('[dev-mfa]')
  world.writeError = undefined
  await world.pass(60)
  await until('the session is written', () => world.readCredentials().includes('[dev-mfa]'))
  expect(dev()).toMatchObject({ state: 'valid', expiration: '2026-11-23T09:00:00Z' })
  expect(dev()?.lastError).toBeUndefined()
  expect(world.stsCalls).toHaveLength(1)
})

it('is written by the next login, which needs no code', async () => {
  world.writeError = undefined
  const { renewed } = await world.agent.login({ profiles: ['dev'] })
  expect(renewed).toMatchObject([{ profile: 'dev', expiration: '2026-11-23T09:00:00Z' }])
  expect([world.stsCalls.length, dev()?.state]).toEqual([1, 'valid'])
  await world.pass(60)
  expect(world.logged.filter((line) => line.includes('could not be written before'))).toEqual([])
})

it('makes room for the session of a new code', async () => {
  world.writeError = undefined
  await world.login(['dev'], 7200)
  await world.pass(60)
  expect([world.stsCalls.length, dev()?.expiration]).toEqual([2, '2026-11-23T10:00:00Z'])
})

it('serves no other device', async () => {
  world.writeError = undefined
  world.writeProfiles({ dev: 'alice', prod: 'bob' })
  await expect(world.agent.login({ profiles: ['prod'] })).rejects.toMatchObject({
    code: 'usage.token-code-needed',
  })
})

it('is one of as many as there are devices', async () => {
  world.writeProfiles({ dev: 'alice', prod: 'bob' })
  await expect(world.login(['prod'])).rejects.toMatchObject({ code: 'file.no-space' })
  world.writeError = undefined
  await world.pass(60)
  await until('both are written', () =>
    /\[dev-mfa\][\s\S]*\[prod-mfa\]|\[prod-mfa\][\s\S]*\[dev-mfa\]/.test(world.readCredentials()),
  )
})

it('is forgotten by a logout', async () => {
  await world.agent.logout({ profile: 'dev' })
  world.writeError = undefined
  await passWithWrites(60)
  expect(world.readCredentials()).not.toContain('[dev-mfa]')
})

it('is written without what was logged out meanwhile', async () => {
  world.writeError = undefined
  world.writeProfiles({ dev: 'alice', two: 'alice' })
  await world.login(['dev', 'two'])
  world.writeError = full
  await expect(world.login(['dev'], 7200)).rejects.toMatchObject({ code: 'file.no-space' })
  world.writeError = undefined
  await world.agent.logout({ profile: 'two' })
  await passWithWrites(60)
  expect(world.readCredentials()).not.toContain('[two-mfa]')
  expect(dev()?.expiration).toBe('2026-11-23T10:00:00Z')
})

it('is forgotten when it expires', async () => {
  await world.pass(3600)
  world.writeError = undefined
  await passWithWrites(60)
  expect(world.readCredentials()).not.toContain('[dev-mfa]')
})

it('is forgotten when its section has become somebody else’s', async () => {
  world.writeCredentials(`${world.readCredentials()}[dev-mfa]\naws_access_key_id = AKIAOTHER\n`)
  world.writeError = undefined
  await passWithWrites(60)
  expect(world.readCredentials()).toContain('AKIAOTHER')
  world.writeProfiles({ dev: 'alice' })
  await passWithWrites(60)
  expect(world.readCredentials()).not.toContain('[dev-mfa]')
})

it('is not kept when it was refused for another reason', async () => {
  world.writeError = new AppError('internal.unsafe-edit', 'no', 'none')
  await expect(world.login(['dev'])).rejects.toMatchObject({ code: 'internal.unsafe-edit', message: 'no' })
})
