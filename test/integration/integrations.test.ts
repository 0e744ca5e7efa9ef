// docs/integrations.md, run: the snippets as they stand there, with the real command line, AWS CLI, SDKs, docker's client, kubectl
// and Terraform where they are on this machine. What they print is secret on purpose, so it does not go through the sandbox.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { requireProgram, requirePython } from '../support/clients.ts'
import { freePort, startServe } from '../support/endpoint.ts'
import { type Block, blocksOf } from '../support/page-blocks.ts'
import {
  alice,
  aliceKeys,
  aliceSerial,
  devConfig,
  openSandbox,
  run,
  type Sandbox,
} from '../support/sandbox.ts'
import { startDocker, startKubernetes, startS3 } from '../support/stand-ins.ts'

const blocks = blocksOf('docs/integrations.md')
const roleArn = 'arn:aws:iam::111122223333:role/admin'

let sandbox: Sandbox
let closing: { close(): Promise<unknown> }[] = []
beforeEach(async () => {
  sandbox = await openSandbox([alice], [{ arn: roleArn, trusts: [alice.arn] }])
  sandbox.writeCredentials(`[dev]\n${aliceKeys}`)
  sandbox.writeConfig(devConfig)
  installProgram('mfad', undefined)
  closing = []
})
afterEach(async () => {
  for (const each of closing) await each.close()
  await sandbox.close()
})

/** A program on the path of the snippets: a script, or mfad itself. */
function installProgram(
  name: string,
  script: string | undefined,
  directory = join(sandbox.home, 'bin'),
): string {
  const path = join(directory, name)
  mkdirSync(directory, { recursive: true })
  if (script === undefined) symlinkSync(resolve('dist/mfad.cjs'), path)
  else writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return path
}

const login = async (...args: string[]) => {
  await sandbox.startDaemon()
  const { exitCode, stderr } = await sandbox.mfad(
    'login',
    ...(args.length === 0 ? ['dev'] : args),
    sandbox.code(),
  )
  expect(exitCode, stderr).toBe(0)
}
const issued = () => sandbox.sts.issued.at(-1)
const keep = <T extends { close(): Promise<unknown> }>(each: T): T => {
  closing.push(each)
  return each
}
const shell = (text: string, more: Record<string, string> = {}, program = 'bash') =>
  run(
    spawn(program, ['-c', text], {
      cwd: sandbox.home,
      env: { ...sandbox.environment, ...more },
      stdio: 'pipe',
    }),
  )
/** Runs it, and answers its standard output. */
const output = async (text: string, more: Record<string, string> = {}, program = 'bash') => {
  const { exitCode, stdout, stderr } = await shell(text, more, program)
  expect(exitCode, stderr).toBe(0)
  return stdout
}
const lineOf = ({ text }: Block, index: number) => (text.split('\n')[index] ?? '').replace(/ +# .*$/, '')
const whoAmI = 'aws sts get-caller-identity --query Arn --output text'

/** The docker command of a snippet: what the real client asks its daemon for. */
async function dockerAsks(context: TestContext, text: string) {
  requireProgram(context, 'docker')
  const daemon = keep(await startDocker())
  await shell(text, { DOCKER_HOST: `tcp://127.0.0.1:${daemon.port}` })
  const [container] = daemon.asked
  if (container === undefined) throw new Error('docker asked for no container')
  return container
}

/** With an S3 that answers; and whose keys it was called with. */
async function withS3(text: string) {
  const s3 = keep(await startS3())
  await output(text, { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3.port}` })
  return s3.asked
}

type Trial = (block: Block, context: TestContext) => Promise<void>

const trials: Record<string, Trial> = {
  'Shells 1': async (block, context) => {
    requireProgram(context, 'fish')
    await login()
    const variables = 'echo "$AWS_ACCESS_KEY_ID"'
    expect(await output(`${lineOf(block, 0)}; ${variables}`)).toBe(`${issued()?.accessKeyId}\n`)
    expect(await output(`${lineOf(block, 1)}; ${variables}`, {}, 'fish')).toBe(`${issued()?.accessKeyId}\n`)
    expect(block.words).toContain('the text for PowerShell follows its rules for quotes and was not run')
  },
  'Shells 2': async (block, context) => {
    requireProgram(context, 'aws')
    installProgram('migrate.sh', 'echo "$AWS_ACCESS_KEY_ID" > migrated', sandbox.home)
    await login()
    expect(await withS3(block.text)).toEqual([issued()?.accessKeyId])
    expect(readFileSync(join(sandbox.home, 'migrated'), 'utf8')).toBe(`${issued()?.accessKeyId}\n`)
  },
  'Shells 3': async ({ text }, context) => {
    await login()
    const { Env, Cmd, Image } = await dockerAsks(context, text)
    expect([Image, Cmd]).toEqual(['amazon/aws-cli', ['sts', 'get-caller-identity']])
    expect(Env).toEqual(
      expect.arrayContaining([
        `AWS_ACCESS_KEY_ID=${issued()?.accessKeyId}`,
        `AWS_SECRET_ACCESS_KEY=${issued()?.secretAccessKey}`,
        `AWS_SESSION_TOKEN=${issued()?.sessionToken}`,
        'AWS_REGION=eu-west-1',
      ]),
    )
  },
  'Programs that ask a command 1': async ({ text }, context) => {
    requireProgram(context, 'aws')
    sandbox.writeConfig(devConfig + text)
    await login()
    expect(await output(`${whoAmI} --profile dev-live`)).toBe(`${alice.arn}\n`)
  },
  'An endpoint that programs ask 1': async ({ text }) => {
    const port = await freePort()
    const [program, command] = text.trim().split(' ')
    expect([program, command]).toEqual(['mfad', 'serve'])
    const served = await startServe(sandbox, port)
    expect(served.printed()).toContain('serving sessions at')
    await served.stop()
  },
  'An endpoint that programs ask 2': async ({ text }, context) => {
    requireProgram(context, 'aws')
    await login()
    const served = await startServe(sandbox, await freePort())
    closing.push({ close: () => served.stop() })
    const there = text.replace('--endpoint', `--endpoint --port ${served.port}`)
    const empty = { HOME: join(sandbox.home, 'run'), XDG_STATE_HOME: join(sandbox.home, '.local/state') }
    const files = {
      AWS_CONFIG_FILE: join(sandbox.home, '.aws/config'),
      AWS_SHARED_CREDENTIALS_FILE: sandbox.credentialsFile,
    }
    const script = `${there}\nunset AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE; env | grep AWS_ACCESS; ${whoAmI}`
    expect(await output(script, { ...empty, ...files })).toBe(`${alice.arn}\n`)
  },
  'An endpoint that programs ask 3': async ({ text }, context) => {
    await login()
    const served = await startServe(sandbox, await freePort())
    closing.push({ close: () => served.stop() })
    const { Env, HostConfig } = await dockerAsks(
      context,
      text.replace('--endpoint', `--endpoint --port ${served.port}`),
    )
    expect(HostConfig.NetworkMode).toBe('host')
    const names = (Env ?? []).map((line) => line.split('=')[0])
    expect(names).toEqual([
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
    ])
  },
  'Make and scripts 1': async ({ text }, context) => {
    requireProgram(context, 'make')
    writeFileSync(join(sandbox.home, 'Makefile'), 'deploy:\n\t@echo deployed\n')
    const failed = await shell(text)
    expect([failed.exitCode, failed.stdout]).toEqual([8, ''])
    await login()
    expect(await output(text)).toBe('deployed\n')
  },
  'Make and scripts 2': async ({ text }, context) => {
    requireProgram(context, 'make')
    writeFileSync(join(sandbox.home, 'Makefile'), text)
    installProgram('deploy.sh', whoAmI, sandbox.home)
    await login()
    expect((await output('make -s')).split('\n')).toContain(alice.arn)
  },
  'Coding agents 1': async ({ text }) => {
    await login()
    const { awsAuthRefresh, awsCredentialExport } = JSON.parse(text) as Record<string, string>
    expect(await output(awsAuthRefresh ?? 'false')).toBe('')
    const { Credentials } = JSON.parse(await output(awsCredentialExport ?? 'false'))
    expect(Credentials.SessionToken).toBe(issued()?.sessionToken)
  },
  'direnv 1': async ({ text }) => {
    await login()
    expect(await output(`${text}\necho "$AWS_SESSION_TOKEN"`)).toBe(`${issued()?.sessionToken}\n`)
  },
  'cron 1': async ({ text }) => {
    await login()
    const report = installProgram('report', 'echo "$AWS_PROFILE" > reported', sandbox.home)
    const command = text
      .trim()
      .replace(/^(?:\S+ +){5}/, '')
      .replace('/home/me/bin/report', report)
    const { exitCode, stderr } = await run(
      spawn('/bin/sh', ['-c', command], {
        cwd: sandbox.home,
        env: { HOME: sandbox.home, PATH: sandbox.environment.PATH },
        stdio: 'pipe',
      }),
    )
    expect(exitCode, stderr).toBe(0)
    expect(readFileSync(join(sandbox.home, 'reported'), 'utf8')).toBe('dev-mfa\n')
  },
  'AWS CLI 1': async ({ text }, context) => {
    requireProgram(context, 'aws')
    await login()
    expect(await withS3(text)).toEqual([issued()?.accessKeyId])
  },
  'boto3 1': async ({ text }, context) => {
    const python = requirePython(context, 'boto3')
    await login()
    const child = spawn(python, ['-c', text], { env: sandbox.environment, stdio: 'pipe' })
    expect((await run(child)).stdout).toBe(`${alice.arn} eu-west-1\n`)
  },
  'AWS SDK for JavaScript 1': async ({ text }) => {
    await login()
    const argv = ['--input-type=module', '-e', text]
    const { stdout, stderr } = await run(
      spawn(process.execPath, argv, { env: sandbox.environment, stdio: 'pipe' }),
    )
    expect(stdout, stderr).toBe(`${alice.arn}\n`)
  },
  'Terraform 1': async ({ text }, context) => {
    const mirror = '/opt/tf-plugins'
    if (!existsSync(mirror)) return context.skip('the AWS provider of Terraform is not on this machine')
    requireProgram(context, 'terraform')
    await login()
    const rc = join(sandbox.home, 'terraform.rc')
    writeFileSync(rc, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`)
    const main = `${text}\ndata "aws_caller_identity" "me" {}\noutput "arn" { value = data.aws_caller_identity.me.arn }\n`
    writeFileSync(join(sandbox.home, 'main.tf'), main)
    const script = 'terraform init -input=false -no-color >/dev/null && terraform plan -input=false -no-color'
    expect(await output(script, { TF_CLI_CONFIG_FILE: rc, CHECKPOINT_DISABLE: '1' })).toContain(
      `"${alice.arn}"`,
    )
  },
  'Kubernetes 1': async ({ text }, context) => {
    requireProgram(context, 'aws')
    requireProgram(context, 'kubectl')
    await login()
    const cluster = keep(await startKubernetes())
    const server = `https://127.0.0.1:${cluster.port}`
    const rest = `apiVersion: v1\nkind: Config\nclusters: [{name: demo, cluster: {server: "${server}", insecure-skip-tls-verify: true}}]\ncontexts: [{name: demo, context: {cluster: demo, user: demo}}]\ncurrent-context: demo\n`
    writeFileSync(join(sandbox.home, 'kubeconfig'), rest + text)
    await shell('kubectl get --raw /api', { KUBECONFIG: join(sandbox.home, 'kubeconfig') })
    const token = /^Bearer k8s-aws-v1\.(.+)$/.exec(cluster.asked[0] ?? '')?.[1] ?? ''
    const url = new URL(Buffer.from(token, 'base64url').toString())
    expect(url.searchParams.get('X-Amz-Credential')).toContain(`${issued()?.accessKeyId}/`)
  },
  'Databases 1': async ({ text }, context) => {
    requireProgram(context, 'aws')
    await login()
    const token = new URL(`https://${(await output(text)).trim()}`)
    expect(token.searchParams.get('X-Amz-Credential')).toContain(`${issued()?.accessKeyId}/`)
    expect(token.searchParams.get('X-Amz-Security-Token')).toBe(issued()?.sessionToken)
  },
  'Role profiles 1': async ({ text }, context) => {
    requireProgram(context, 'aws')
    sandbox.writeConfig(devConfig + text)
    await login('admin')
    expect(await output(`${whoAmI} --profile admin-mfa`)).toContain('assumed-role/admin/')
  },
  'Containers 1': async ({ text }, context) => {
    const { Env, HostConfig } = await dockerAsks(context, text)
    expect(HostConfig.Binds).toEqual([`${sandbox.home}/.aws:/root/.aws:ro`])
    expect(Env).toEqual(['AWS_PROFILE=dev-mfa'])
  },
  'Scripts 1': async ({ text }, context) => {
    requireProgram(context, 'jq')
    requireProgram(context, 'make')
    writeFileSync(join(sandbox.home, 'Makefile'), 'deploy:\n\t@echo deployed\n')
    await login()
    expect(await output(text)).toMatch(/^dev 71\dm\ndeployed\n$/)
  },
  'The socket 1': async ({ text }, context) => {
    requireProgram(context, 'jq')
    requireProgram(context, 'curl')
    await login()
    const [status = '', snoozed = ''] = (await output(text)).trim().split('\n')
    expect(JSON.parse(status).profiles[0]).toMatchObject({ profile: 'dev', state: 'valid' })
    expect(JSON.parse(snoozed)).not.toHaveProperty('error')
    expect((await sandbox.status()).profiles[0]).toHaveProperty('snoozedUntil')
  },
  'Codes from a program 1': async ({ text }) => {
    await sandbox.startDaemon()
    installProgram('ykman', `echo ${sandbox.code()}`)
    expect(await output(text)).toContain('dev → [dev-mfa] until ')
  },
  'The section that mfad writes 2': async ({ text }, context) => {
    requireProgram(context, 'aws')
    await login()
    const before = sandbox.readCredentials()
    await output(text)
    expect(sandbox.readCredentials()).toBe(before)
    const config = readFileSync(join(sandbox.home, '.aws/config'), 'utf8')
    expect(config).toMatch(/\[profile dev-mfa\]\ns3 ?=\n +addressing_style = path\n/)
  },
  'Sessions in place 1': async ({ text }, context) => {
    requireProgram(context, 'aws')
    const keys = { 'AKIA...': alice.accessKeyId, '= ...': `= ${alice.secretAccessKey}` }
    const filled = Object.entries(keys).reduce((all, [from, to]) => all.replace(from, to), text)
    sandbox.writeCredentials(filled)
    sandbox.writeConfig(devConfig.replace(/mfa_serial.*\n/, ''))
    expect(filled).toContain(aliceSerial)
    await login()
    expect(await output(`${whoAmI} --profile dev`)).toBe(`${alice.arn}\n`)
  },
}

/** Snippets that other tests run, or that only show what mfad does. */
const elsewhere: Record<string, string> = {
  'The AWS console 1': 'test/integration/console.test.ts',
  'Prompts 1': 'test/cli/text/prompt-scripts.test.ts',
  'Prompts 2': 'test/cli/text/prompt-scripts.test.ts',
  'Prompts 3': 'test/cli/text/prompt-scripts.test.ts',
  'Prompts 4': 'test/core/status-file.test.ts',
  'The section that mfad writes 1': 'test/core/profiles/session-section.test.ts',
}

/** Snippets that no test runs, with the words by which their section says what was done with them. */
const byHand: Record<string, RegExp> = {
  'Coding agents 2': /The server was not run\./,
  'AWS CDK 1': /Tried by hand/,
  'Containers 2': /Dev containers were not run\./,
  'The socket 2': /ssh itself was not run\./,
  'Reminders elsewhere 1': /Each was tried with `mfad notify-test`/,
  'Reminders elsewhere 2': /Each was tried with `mfad notify-test`/,
}

describe('docs/integrations.md', () => {
  it('has no snippet that is neither run nor said not to be', () => {
    const known = [trials, elsewhere, byHand].flatMap((each) => Object.keys(each))
    expect(blocks.map(({ name }) => name).sort()).toEqual(known.sort())
    expect(Object.values(elsewhere).filter((path) => !existsSync(path))).toEqual([])
    const unsaid = blocks.filter(({ name, words }) => byHand[name]?.test(words) === false)
    expect(unsaid.map(({ name }) => name)).toEqual([])
  })

  it('has JSON that can be read', () => {
    const texts = blocks.filter(({ language }) => language === 'json').map(({ text }) => text)
    for (const text of texts) expect(() => JSON.parse(text), text).not.toThrow()
  })

  for (const block of blocks) {
    const trial = trials[block.name]
    if (trial !== undefined) it(`is right about: ${block.name}`, (context) => trial(block, context))
  }
})
