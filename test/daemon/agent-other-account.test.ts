// Somebody puts another account's file into the place of ours: the agent on real files, with a clock that a test sets. No
// session of the first account may ever stand in the second one's file: commands would run in the wrong account.
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
  world.writeProfiles({ default: 'alice' })
  writeFileSync(other(), fileOfBob, { mode: 0o600 })
})
afterEach(() => world.close())

const other = () => join(world.home, 'credentials.B')
const fileOfBob = '[default]\naws_access_key_id = AKIABOBXXXXXXXXXXXXX\naws_secret_access_key = secret\n'
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Longer than a restored section takes. */
const lookAround = async () => {
  for (let time = 0; time < 4; time++) {
    await world.pass(1)
    await pause(60)
  }
}

describe('after a login,', () => {
  beforeEach(async () => {
    await world.login(['default'])
    expect(world.readCredentials()).toContain('[default-mfa]')
  })

  it.each([
    ['is copied over it', () => copyFileSync(other(), world.credentialsFile)],
    ['is renamed over it', () => renameSync(other(), world.credentialsFile)],
    [
      'comes with another directory',
      () => {
        const directory = join(world.home, '.aws')
        renameSync(directory, join(world.home, '.aws.A'))
        mkdirSync(directory, { mode: 0o700 })
        copyFileSync(join(world.home, '.aws.A/config'), join(directory, 'config'))
        copyFileSync(other(), world.credentialsFile)
      },
    ],
    [
      'comes from another manager, with sections of its own',
      () =>
        world.writeCredentials(`${fileOfBob}[work]\nregion = eu-west-1\n[default-sso]\nmanager = awsume\n`),
    ],
  ])("a file of another account that %s keeps out the first one's session", async (_, swap) => {
    swap()
    const swapped = world.readCredentials()
    await lookAround()
    expect(world.readCredentials()).toBe(swapped)
  })

  it('a section that was removed by hand with its profile stays away', async () => {
    world.writeCredentials('[work]\nregion = eu-west-1\n')
    await lookAround()
    expect(world.readCredentials()).toBe('[work]\nregion = eu-west-1\n')
  })

  it('a session that another program dropped is restored while its key stands there', async () => {
    const [before] = world.readCredentials().split('\n[default-mfa]')
    world.writeCredentials(`${before}[work]\nregion = eu-west-1\n`)
    await until('it is restored', async () => {
      await world.pass(1)
      return world.readCredentials().includes('[default-mfa]')
    })
  })

  it('the log and the status say that the session went', async () => {
    copyFileSync(other(), world.credentialsFile)
    await lookAround()
    const [profile] = world.agent.status().profiles
    expect(profile).toMatchObject({
      profile: 'default',
      state: 'inactive',
      lastError: {
        code: 'session.lost',
        message: expect.stringContaining(`the session of default is gone from ${world.credentialsFile}`),
        hint: 'if that was not meant: mfad login default',
      },
    })
    expect(world.logged.filter((line) => line.includes('a live session is gone'))).toHaveLength(1)
  })

  it('people are told once on the desktop, and not in quiet hours', async () => {
    world.writeSettings('[mfad]\nquiet_hours = 07:00-09:00\n')
    copyFileSync(other(), world.credentialsFile)
    await lookAround()
    expect(world.shown).toEqual([])
    await world.pass(3600)
    await world.pass(3600)
    expect(world.titles()).toEqual(['09:00:00 mfad: the session of default is gone'])
    expect(world.screen[0]?.request.notification.body).toContain('if that was not meant: mfad login default')
    expect(world.screen[0]?.request.canAnswer).toBe(false)
  })

  it('the status says it also where no profile of that name is left', async () => {
    world.writeCredentials('[work]\nregion = eu-west-1\n')
    writeFileSync(join(world.home, '.aws/config'), '')
    await lookAround()
    expect(world.agent.status().warnings).toMatchObject([{ code: 'session.lost' }])
  })

  it('nothing is lost by a logout, nor by an editor that takes the file away for a moment', async () => {
    const text = world.readCredentials()
    rmSync(world.credentialsFile)
    await world.look()
    await world.pass(1)
    world.writeCredentials(text)
    await lookAround()
    await world.agent.logout({ profile: 'default' })
    await lookAround()
    expect(world.logged.filter((line) => line.includes('a live session is gone'))).toEqual([])
    expect(world.agent.status().profiles[0]).not.toHaveProperty('lastError')
  })

  it('another access key in the profile makes its session one of another key, and says so', async () => {
    world.writeCredentials(world.readCredentials().replace('AKIAALICE', 'AKIABOBBB'))
    await world.look()
    expect(world.agent.status().profiles[0]).toMatchObject({
      state: 'valid',
      lastError: { code: 'session.other-key', hint: expect.stringContaining('mfad login default') },
    })
    expect(world.logged.filter((line) => line.includes('was replaced'))).toHaveLength(1)
  })

  it('such a session is not shared with another profile', async () => {
    world.writeCredentials(world.readCredentials().replace('AKIAALICE', 'AKIABOBBB'))
    world.writeCredentials(
      `${world.readCredentials()}\n[second]\naws_access_key_id = AKIABOBBBXXXXXXXXXXX\naws_secret_access_key = secret\n`,
    )
    world.addToConfig('\n[profile second]\nmfa_serial = arn:aws:iam::111122223333:mfa/alice\n')
    await expect(world.agent.login({ profiles: ['second'] })).rejects.toMatchObject({
      code: 'usage.token-code-needed',
    })
  })
})

describe('while STS answers,', () => {
  it('a file that was swapped gets no session of the old key, and the login says so', async () => {
    world.whileStsAnswers = () => copyFileSync(other(), world.credentialsFile)
    await expect(world.login(['default'])).rejects.toMatchObject({
      code: 'profile.keys-changed',
      hint: expect.stringContaining('mfad login default'),
    })
    await lookAround()
    expect(world.readCredentials()).toBe(fileOfBob)
  })

  it('a companion whose key was swapped is left out, and the others are renewed', async () => {
    world.writeProfiles({ default: 'alice', second: 'alice' })
    await world.login(['default', 'second'])
    world.whileStsAnswers = () => {
      const [first, ...rest] = world.readCredentials().split('[second]')
      world.writeCredentials(`${first}[second]${rest.join('[second]').replace('AKIAALICE', 'AKIABOBBB')}`)
    }
    const before = world.readCredentials()
    const answer = await world.agent.login({ profiles: ['default'], tokenCode: world.nextCode() })
    expect(answer).toMatchObject({
      renewed: [{ profile: 'default' }],
      failed: [{ profile: 'second', error: { code: 'profile.keys-changed' } }],
    })
    const sessionOf = (text: string, name: string) => text.split(`[${name}]`)[1]?.split('[')[0]
    expect(sessionOf(world.readCredentials(), 'second-mfa')).toBe(sessionOf(before, 'second-mfa'))
  })

  it('a logout of another profile does not wait, and is not undone by the answer', async () => {
    world.writeProfiles({ default: 'alice', second: 'alice', prod: 'bob' })
    await world.login(['default', 'second'])
    await world.login(['prod'])
    let release = (): void => undefined
    const answered = new Promise<void>((resolve) => {
      release = resolve
    })
    world.whileStsAnswers = () => answered
    const login = world.agent.login({ profiles: ['default'], tokenCode: world.nextCode() })
    await until('STS is asked', () => world.stsCalls.length === 3)
    expect(await world.agent.logout({ profile: 'prod' })).toMatchObject({ removed: true })
    expect(await world.agent.logout({ profile: 'second' })).toMatchObject({ removed: true })
    release()
    expect(await login).toMatchObject({ renewed: [{ profile: 'default' }] })
    expect(readFileSync(world.credentialsFile, 'utf8')).not.toMatch(/\[(?:prod|second)-mfa\]/)
  })
})

describe('with the session in place,', () => {
  const longTerm = (user: string) =>
    `[default-long-term]\naws_access_key_id = AKIA${user.padEnd(16, 'X')}\naws_secret_access_key = secret\naws_mfa_device = arn:aws:iam::111122223333:mfa/alice\n`

  beforeEach(async () => {
    world.writeConfig('[default]\nregion = eu-west-1\n')
    world.writeCredentials(longTerm('ALICE'))
    await world.login(['default'])
    expect(world.readCredentials()).toContain('\n[default]\naws_access_key_id = ASIA')
  })

  it.each([
    ['of another account, in the same layout', longTerm('BOB')],
    ['of another account, with its keys in [default]', fileOfBob],
    ['with nothing of it', '[work]\nregion = eu-west-1\n'],
  ])("a file %s keeps out the first one's session", async (_, text) => {
    world.writeCredentials(text)
    await lookAround()
    expect(world.readCredentials()).toBe(text)
    const { profiles, warnings } = world.agent.status()
    const told = [...warnings, ...profiles.flatMap(({ lastError }) => lastError ?? [])]
    expect(told.map(({ code }) => code)).toContain('session.lost')
  })

  it('a session that another program dropped is restored while its key stands there', async () => {
    world.writeCredentials(`${longTerm('ALICE')}[work]\nregion = eu-west-1\n`)
    await until('it is restored', async () => {
      await world.pass(1)
      return world.readCredentials().includes('[default]\naws_access_key_id = ASIA')
    })
    expect(world.readCredentials()).toContain('[work]\nregion = eu-west-1\n')
  })

  it('a session that aws-mfa has put in its place is believed, and can be adopted', async () => {
    const ofAwsMfa = `${longTerm('ALICE')}[default]\nassumed_role = False\naws_access_key_id = ASIAAWSMFAAWSMFAAWSM\naws_secret_access_key = s\naws_session_token = t\naws_security_token = t\nexpiration = 2026-11-23 20:00:00\n`
    world.writeCredentials(ofAwsMfa)
    await lookAround()
    expect(world.readCredentials()).toBe(ofAwsMfa)
    expect(world.agent.status().profiles).toMatchObject([{ profile: 'default', state: 'unmanaged' }])
    await world.agent.login({ profiles: ['default'], tokenCode: world.nextCode(), adopt: true })
    expect(world.readCredentials()).toContain('[default]\nassumed_role = False\naws_access_key_id = ASIAZ')
    await world.agent.logout({ profile: 'default' })
    expect(world.readCredentials()).toBe(`${longTerm('ALICE')}[default]\nassumed_role = False\n`)
  })

  it('keys that somebody enters into [default] are never touched, nor is the session put back', async () => {
    world.writeCredentials(`${fileOfBob}${longTerm('ALICE')}`)
    await lookAround()
    expect(world.readCredentials()).toBe(`${fileOfBob}${longTerm('ALICE')}`)
  })

  it('another access key in [default-long-term] makes the session one of another key', async () => {
    world.writeCredentials(world.readCredentials().replace('AKIAALICE', 'AKIABOBBB'))
    await world.look()
    expect(world.agent.status().profiles).toMatchObject([
      { profile: 'default', state: 'valid', lastError: { code: 'session.other-key' } },
    ])
  })

  it('while STS answers, a file that was swapped gets no session of the old key', async () => {
    world.whileStsAnswers = () => world.writeCredentials(longTerm('BOB'))
    await expect(
      world.agent.login({ profiles: ['default'], tokenCode: world.nextCode() }),
    ).rejects.toMatchObject({ code: 'profile.keys-changed' })
    await lookAround()
    expect(world.readCredentials()).toBe(longTerm('BOB'))
  })

  it('reminders name the profile, and a logout is no loss', async () => {
    await world.pass(12 * 3600 - 600)
    expect(world.titles().at(-1)).toContain('default')
    await world.agent.logout({ profile: 'default' })
    await lookAround()
    expect(world.logged.filter((line) => line.includes('a live session is gone'))).toEqual([])
    expect(world.readCredentials()).toBe(longTerm('ALICE'))
  })

  it('another long_term_suffix leaves an orphan that can be logged out, and of which nobody is reminded', async () => {
    world.writeSettings('[mfad]\nlong_term_suffix = -keys\n')
    await world.look()
    const { profiles } = world.agent.status()
    expect(profiles.map(({ profile }) => profile)).toEqual(['default-long-term', 'default'])
    await world.pass(12 * 3600 - 600)
    expect(world.titles()).toEqual([])
    await world.agent.logout({ profile: 'default' })
    expect(world.readCredentials()).toBe(longTerm('ALICE'))
  })

  it('a [default-mfa] from before is no session of the profile any more', async () => {
    const before = world.readCredentials()
    world.writeCredentials(before.replace('[default]', '[default-mfa]'))
    await lookAround()
    const { profiles } = world.agent.status()
    expect(profiles.map(({ profile }) => profile)).toEqual(['default', 'default-mfa'])
    await world.agent.logout({ profile: 'default-mfa' })
    expect(world.readCredentials()).not.toContain('[default-mfa]')
  })
})

it('a login reads the credentials file at most three times', async () => {
  world.parses = 0
  await world.login(['default'])
  expect(world.parses).toBeGreaterThan(0)
  expect(world.parses).toBeLessThanOrEqual(3)
})
