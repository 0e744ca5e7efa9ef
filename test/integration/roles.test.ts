// One code for everything behind a device: the real daemon and command line, an STS that speaks AWS's protocol, the AWS CLI.
import { spawn } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StsRole } from '../../src/demo/sts/embedded-sts.ts'
import { requireProgram } from '../support/clients.ts'
import { alice, aliceKeys, aliceSerial, openSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const arn = (name: string) => `arn:aws:iam::444455556666:role/${name}`
const roles: StsRole[] = [
  { arn: arn('admin'), trusts: [alice.arn], requiresMfa: true },
  { arn: arn('audit'), trusts: [arn('admin')] },
  { arn: arn('partner'), trusts: [alice.arn], externalId: 'ticket-42' },
  ...Array.from({ length: 30 }, (_, index) => ({ arn: arn(`r${index}`), trusts: [alice.arn] })),
]
const role = (name: string, source: string, more = '') =>
  `\n[profile ${name}]\nrole_arn = ${arn(name)}\nsource_profile = ${source}\n${more}`

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice], roles)
  sandbox.writeCredentials(`[base]\n${aliceKeys}\n[dev]\n${aliceKeys}`)
  sandbox.writeConfig(
    `[profile base]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\n\n[profile dev]\nmfa_serial = ${aliceSerial}\n${role('admin', 'base', 'region = eu-central-1\n')}${role('audit', 'admin-mfa', 'region = eu-west-1\n')}${role('partner', 'base')}${roles
      .slice(3)
      .map(({ arn: each }) => role(each.replace(/.*\//, ''), 'dev'))
      .join('')}`,
  )
  await sandbox.startDaemon()
})
afterEach(() => sandbox.close())

const stateOf = async (...names: string[]) => {
  const { profiles } = await sandbox.status()
  return names.map((name) => profiles.find(({ profile }) => profile === name)?.state)
}
const callsOf = (action: string) => sandbox.sts.calls.filter((call) => call.action === action)

describe('one code', () => {
  it('makes two profiles and a chain of roles valid, and the AWS CLI works with them', async (context) => {
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev', 'audit', sandbox.code())
    expect(exitCode, stderr).toBe(0)
    expect(stdout.split('\n').map((line) => line.replace(/ until .*/, ''))).toEqual([
      'dev → [dev-mfa]',
      'base → [base-mfa]',
      'admin → [admin-mfa]',
      'audit → [audit-mfa]',
      '',
    ])
    expect(await stateOf('base', 'dev', 'admin', 'audit')).toEqual(['valid', 'valid', 'valid', 'valid'])
    expect(callsOf('GetSessionToken')).toHaveLength(1)
    expect(sandbox.readCredentials()).toMatch(/\[admin-mfa\][^[]*region = eu-central-1/)
    const aws = requireProgram(context, 'aws')
    for (const [profile, name] of [
      ['admin-mfa', 'assumed-role/admin/mfad-admin'],
      ['audit-mfa', 'assumed-role/audit/mfad-audit'],
    ] as const) {
      const args = [
        '--profile',
        profile,
        '--endpoint-url',
        sandbox.sts.endpoint,
        'sts',
        'get-caller-identity',
      ]
      const answer = await run(spawn(aws, args, { env: sandbox.environment, stdio: 'pipe' }))
      expect(answer.exitCode, answer.stderr).toBe(0)
      expect(answer.stdout).toContain(`arn:aws:sts::444455556666:${name}`)
    }
  })

  it('is not needed for a role behind a live session', async () => {
    await sandbox.mfad('login', 'base', sandbox.code())
    const { exitCode, stderr } = await sandbox.mfad('login', 'admin')
    expect(exitCode, stderr).toBe(0)
    expect(callsOf('GetSessionToken')).toHaveLength(1)
  })

  it('keeps roles of short sessions valid for five rounds', async () => {
    sandbox.sts.setSessionSeconds(3600)
    await sandbox.mfad('login', 'base', sandbox.code())
    sandbox.sts.setSessionSeconds(4)
    await sandbox.mfad('login', 'audit')
    const wereAsked = callsOf('AssumeRole').length
    await until('five rounds', () => callsOf('AssumeRole').length >= wereAsked + 10, 40_000)
    expect(callsOf('GetSessionToken')).toHaveLength(1)
    expect(callsOf('AssumeRole').every(({ outcome }) => outcome === 'OK')).toBe(true)
    expect(sandbox.notifications()).toEqual([])
  })
})

describe('a role that AWS refuses', () => {
  it('is an error of the command, with what to check, and its device is logged in', async () => {
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'partner', sandbox.code())
    expect(exitCode).toBe(5)
    expect(stdout).toContain('base → [base-mfa]')
    expect(stderr).toContain(`AWS does not let base assume ${arn('partner')}, the role of partner`)
    expect(stderr).toContain('aws configure set external_id ID --profile partner')
    expect(await stateOf('base', 'partner')).toEqual(['valid', 'inactive'])
  })
})

it('thirty roles are written in a few replacements, and status answers meanwhile', async () => {
  await sandbox.mfad('login', 'dev', sandbox.code())
  const names = roles.slice(3).map(({ arn: each }) => each.replace(/.*\//, ''))
  const { exitCode, stderr } = await sandbox.mfad('login', ...names)
  expect(exitCode, stderr).toBe(0)
  expect(new Set(await stateOf(...names))).toEqual(new Set(['valid']))
  expect(callsOf('GetSessionToken')).toHaveLength(1)
})
