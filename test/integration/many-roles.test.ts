// What people with MFA really have: ten key profiles on two devices, thirty roles behind them. Two codes, and everything is
// valid for AWS's own tools, round after round.
import { spawn } from 'node:child_process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { StsRole } from '../../src/demo/sts/embedded-sts.ts'
import { requirePython } from '../support/clients.ts'
import {
  alice,
  aliceSerial,
  bob,
  bobSerial,
  keyLines,
  openSandbox,
  run,
  type Sandbox,
} from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const people = [
  { user: alice, serial: aliceSerial, keys: range(5, 'a'), roles: range(15, 'x') },
  { user: bob, serial: bobSerial, keys: range(5, 'b'), roles: range(15, 'y') },
]
const arn = (name: string) => `arn:aws:iam::444455556666:role/${name}`
const roles: StsRole[] = people.flatMap((person) =>
  person.roles.map((name) => ({ arn: arn(name), trusts: [person.user.arn], requiresMfa: true })),
)
const names = people.flatMap((person) => [...person.keys, ...person.roles])
const expected = Object.fromEntries(
  people.flatMap(({ user, keys, roles: theirs }) => [
    ...keys.map((name) => [name, user.arn]),
    ...theirs.map((name) => [name, `arn:aws:sts::444455556666:assumed-role/${name}/mfad-${name}`]),
  ]),
)

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice, bob], roles)
  sandbox.writeCredentials(
    people.map(({ user, keys }) => keys.map((name) => `[${name}]\n${keyLines(user)}`).join('\n')).join('\n'),
  )
  sandbox.writeConfig(
    people
      .map(({ serial, keys, roles: theirs }) =>
        [
          ...keys.map((name) => `[profile ${name}]\nmfa_serial = ${serial}\nregion = eu-west-1\n`),
          ...theirs.map(
            (name, index) =>
              `[profile ${name}]\nrole_arn = ${arn(name)}\nsource_profile = ${keys[index % keys.length]}\nregion = eu-west-1\n`,
          ),
        ].join('\n'),
      )
      .join('\n'),
  )
  await sandbox.startDaemon()
})
afterEach(() => sandbox.close())

it('two codes make forty profiles valid, and five rounds of roles need no further one', async (context) => {
  const python = requirePython(context, 'boto3, awscli')
  for (const { serial, keys, roles: theirs } of people) {
    await login(...keys, sandbox.code(serial))
    await login(...theirs)
  }
  expect(await askedByBoto3(python)).toEqual(expected)
  expect(await askedByAwsCli(python)).toEqual(expected)

  // Rounds of seconds, behind devices whose sessions live on.
  sandbox.sts.setSessionSeconds(roleSeconds)
  for (const { roles: theirs } of people) await login(...theirs)
  const wereAsked = calls('AssumeRole').length
  await until('five rounds', () => calls('AssumeRole').length >= wereAsked + 5 * roles.length, 90_000)
  sandbox.sts.setSessionSeconds(undefined)
  await until('a last round', () => sessionsInFile() === names.length && lastsLong(), 60_000)
  expect(await askedByBoto3(python)).toEqual(expected)
  expect(calls('GetSessionToken').map(({ outcome }) => outcome)).toEqual(['OK', 'OK'])
  expect(calls('AssumeRole').filter(({ outcome }) => outcome !== 'OK')).toEqual([])
  expect(sandbox.notifications()).toEqual([])
}, 240_000)

const roleSeconds = 4

async function login(...words: string[]): Promise<void> {
  const { exitCode, stderr } = await sandbox.mfad('login', ...words)
  expect(exitCode, stderr).toBe(0)
}

function range(count: number, letter: string): string[] {
  return Array.from({ length: count }, (_, index) => `${letter}${index}`)
}

function calls(action: string) {
  return sandbox.sts.calls.filter((call) => call.action === action)
}

function sessionsInFile(): number {
  return sandbox.readCredentials().match(/^\[\w+-mfa\]$/gm)?.length ?? 0
}

/** Does every session in the file last for minutes? */
function lastsLong(): boolean {
  const expirations = [...sandbox.readCredentials().matchAll(/^expiration = (.*)$/gm)]
  return expirations.every(([, text = '']) => Date.parse(text) > Date.now() + 60_000)
}

const boto3Script = `
import boto3, json, sys
found = {}
for name in json.load(sys.stdin):
    client = boto3.Session(profile_name=name + "-mfa").client("sts")
    found[name] = client.get_caller_identity()["Arn"]
print(json.dumps(found))
`

/** The AWS CLI's own code, a driver for each command: to start `aws` forty times takes longer than all it is asked for. */
const awsCliScript = `
import contextlib, io, json, os, sys
from awscli.clidriver import create_clidriver
found = {}
for name in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        status = create_clidriver().main(
            ["--profile", name + "-mfa", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"])
    found[name] = output.getvalue().strip() if status == 0 else status
print(json.dumps(found))
`

const askedByBoto3 = (python: string) => askedBy(python, boto3Script)
const askedByAwsCli = (python: string) => askedBy(python, awsCliScript)

async function askedBy(python: string, script: string): Promise<unknown> {
  const child = spawn(python, ['-c', script], { env: sandbox.environment, stdio: 'pipe' })
  const { exitCode, stdout, stderr } = await run(child, JSON.stringify(names))
  expect(exitCode, stderr).toBe(0)
  return JSON.parse(stdout)
}
