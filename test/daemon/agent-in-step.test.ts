// The agent on real files: the settings of a session section follow those of its profile, and nobody's else.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../support/until.ts'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

const config = () => join(world.home, '.aws/config')
const device = '[profile dev]\nmfa_serial = arn:aws:iam::111122223333:mfa/alice\n'
const set = (lines: string, rest = '') => writeFileSync(config(), `${device}${lines}${rest}`, { mode: 0o600 })
/** The settings in [dev-mfa]. */
const settings = () => {
  const section = world.readCredentials().split('[dev-mfa]\n')[1] ?? ''
  return section
    .split('\n')
    .filter((line) => line !== '' && !/^(?:aws_|expiration|manager|mfad_key)/.test(line))
}
const followed = (lines: string[]) =>
  until(`the section has ${lines.join(', ')}`, async () => {
    await world.pass(1)
    return settings().join() === lines.join()
  })

describe('the settings of an active session', () => {
  it('are written, change, and go with those of the profile, also after a restart', async () => {
    set('region = eu-west-1\nuse_fips_endpoint = true\n')
    await world.login(['dev'])
    expect(settings()).toEqual([
      'region = eu-west-1',
      'use_fips_endpoint = true',
      'mfad_settings = region, use_fips_endpoint',
    ])
    set('use_fips_endpoint = true\nretry_mode = adaptive\n')
    await followed([
      'use_fips_endpoint = true',
      'retry_mode = adaptive',
      'mfad_settings = use_fips_endpoint, retry_mode',
    ])
    await world.agent.close()
    set('')
    world.restart()
    await followed([])
    expect(world.stsCalls).toHaveLength(1)
  })

  it('leave out what [profile dev-mfa] sets itself', async () => {
    set('output = json\nmax_attempts = 5\n')
    await world.login(['dev'])
    set('output = json\nmax_attempts = 5\n', '[profile dev-mfa]\noutput = text\n')
    await followed(['max_attempts = 5', 'mfad_settings = max_attempts'])
  })

  it('never take a line that the user has added, nor one that is put into the section meanwhile', async () => {
    set('output = json\n')
    await world.login(['dev'])
    world.writeCredentials(`${world.readCredentials()}retry_mode = legacy\n`)
    set('output = json\nretry_mode = adaptive\nmax_attempts = 5\n')
    await followed([
      'max_attempts = 5',
      'output = json',
      'mfad_settings = max_attempts, output',
      'retry_mode = legacy',
    ])
    await world.agent.login({ profiles: ['dev'], tokenCode: world.nextCode() })
    expect(settings().at(-1)).toBe('retry_mode = legacy')
    await world.agent.logout({ profile: 'dev' })
    expect(world.readCredentials()).toMatch(/\n\[dev-mfa\]\nretry_mode = legacy\n$/)
    await world.agent.login({ profiles: ['dev'], tokenCode: world.nextCode() })
    expect(settings()).toContain('retry_mode = legacy')
  })

  it.each([
    ['endpoint_url = http://minio.internal:9000', 'endpoint_url', 'http://minio.internal:9000'],
    ['endpoint_url = https://me:hunter2@minio.internal', 'endpoint_url', 'VALUE'],
    ["ca_bundle = /etc/it's.pem", 'ca_bundle', "'/etc/it'\\''s.pem'"],
    ['use_fips_endpoint = perhaps', 'use_fips_endpoint', 'perhaps'],
    ['max_attempts = -1', 'max_attempts', '-1'],
  ])('are not written where a value is not fit: %s', async (line, key, word) => {
    await world.login(['dev'])
    set(`${line}\n`)
    await world.look()
    await world.pass(1)
    expect(settings()).toEqual([])
    expect(world.agent.status().warnings).toContainEqual({
      code: 'profile.not-inherited',
      message: `${key} of dev does not apply to dev-mfa: mfad does not copy a value like that`,
      hint: `aws configure set ${key} ${word} --profile dev-mfa`,
    })
  })

  it('are warned of in the answer to a login where they stand in a block, until dev-mfa has its own', async () => {
    const block = 'region = eu-west-1\ns3 =\n  addressing_style = path\n  max_concurrent_requests = 20\n'
    set(block)
    const { warnings } = await world.agent.login({ profiles: ['dev'], tokenCode: world.nextCode() })
    expect(warnings).toEqual([
      {
        code: 'profile.not-inherited',
        message: 's3 of dev does not apply to dev-mfa: a block of lines is not copied',
        hint: 'aws configure set s3.addressing_style path --profile dev-mfa && aws configure set s3.max_concurrent_requests 20 --profile dev-mfa',
      },
    ])
    set(block, '[profile dev-mfa]\ns3 =\n  addressing_style = path\n')
    await world.look()
    expect(world.agent.status().warnings).toEqual([])
  })

  it('are warned of in the status only while the session stands', async () => {
    set('s3 =\n  addressing_style = path\n')
    await world.look()
    expect(world.agent.status().warnings).toEqual([])
    await world.login(['dev'])
    expect(world.agent.status().warnings).toHaveLength(1)
    await world.agent.logout({ profile: 'dev' })
    expect(world.agent.status().warnings).toEqual([])
  })
})
