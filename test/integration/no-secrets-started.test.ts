// Every program that mfad starts is seen by strace, with its arguments and its environment: no secret may be in any of them, since
// other users of the computer can read the ones, and other programs of this user the others. Nor may one be in a file but where it
// belongs. Closing a sandbox looks for secrets in all that was printed, and in all that this test hands it.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { notHere, type SecretService, startSecretService, withKeyring } from '../support/keyring.ts'
import { alice, aliceSerial, openSandbox, type Sandbox } from '../support/sandbox.ts'

const roleArn = 'arn:aws:iam::444455556666:role/admin'
const role = `[profile admin]\nrole_arn = ${roleArn}\nsource_profile = dev\n`

let sandbox: Sandbox
let service: SecretService
beforeEach(async () => {
  sandbox = await openSandbox([alice], [{ arn: roleArn, trusts: [alice.arn] }])
  service = await startSecretService(sandbox.home)
})
afterEach(async () => {
  await sandbox.close()
  await service.close()
})

const program = (name: string, script: string) => {
  const path = join(sandbox.home, 'bin', name)
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}
/** Node, with each program that it and its children start written down, with all its words and variables. */
const traced = () =>
  program(
    'traced-node',
    `exec strace -D -f -q -v -s 100000 -e trace=execve -o "${sandbox.home}/run/trace.$$" ${process.execPath} "$@"`,
  )
const traces = () =>
  readdirSync(join(sandbox.home, 'run'))
    .filter((name) => name.startsWith('trace.'))
    .map((name) => readFileSync(join(sandbox.home, 'run', name), 'utf8'))
    .join('')

/** The files of the home that hold this text, but for those of strace. */
function filesWith(text: string): string[] {
  return readdirSync(sandbox.home, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(sandbox.home, name)
    if (name.startsWith('run/trace.')) return false
    return statSync(path, { throwIfNoEntry: false })?.isFile() && readFileSync(path, 'latin1').includes(text)
  })
}

withKeyring(`no secret${notHere}`, () => {
  it('is in the words, the variables or the files of all that is done with keys and sessions', async (context) => {
    if (spawnSync('strace', ['-V']).error) return context.skip('there is no strace')
    sandbox.writeSettings('[mfad]\nlog_level = debug\nafter_write_command = true\nnotify_command = true\n')
    sandbox.writeCredentials(`[other]\n# nothing yet\n`)
    sandbox.writeConfig(`[profile dev]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\n${role}`)
    program('aws', 'echo arn:of:the:caller')
    const opened = join(sandbox.home, 'opened')
    program('xdg-open', `cat "$1" > ${opened}; kill -INT $PPID`)
    const node = traced()
    const daemon = await sandbox.startDaemon(service.environment, { node })
    const mfad = async (words: string[], input = '') => {
      const environment = {
        AWS_ENDPOINT_URL_SIGNIN: sandbox.sts.endpoint,
        MFAD_PROMPT: 'x',
      }
      return sandbox.mfadWith({ node, input, environment }, ...words)
    }
    const works = async (words: string[], input?: string) => {
      const { exitCode, stderr } = await mfad(words, input)
      expect(exitCode, `${words.join(' ')}: ${stderr}`).toBe(0)
    }
    // The code is an argument that its user gave.
    const code = sandbox.sts.tokenCode(aliceSerial)
    await works(
      ['setup', 'dev', '--keys-stdin', '--no-service', '--code', code],
      `${alice.accessKeyId}\n${alice.secretAccessKey}\n`,
    )
    await works(['login', 'admin'])
    await works(['keys', 'rotate', 'dev', '--yes'])
    await works(['keys', 'store', 'dev'])
    await works(['keys', 'rotate', 'dev', '--yes'])
    await works(['keys', 'restore', 'dev'])
    expect((await mfad(['console', 'admin', '--open'])).exitCode).toBe(130)
    expect(readFileSync(opened, 'utf8')).toContain('SigninToken=')
    await works(['exec', 'admin', '--', 'true'])
    await works(['require', 'admin'])
    await works(['config', 'list'])
    await works(['status', '--json'])
    await works(['status', '--format', 'waybar'])
    await works(['prompt', 'bash'])
    for (const words of [
      ['doctor', '--json'],
      ['doctor', '--report'],
      ['logs'],
      ['completion', 'words', 'login'],
    ])
      await mfad(words)
    sandbox.sts.setFault({ kind: 'html' }, 1)
    expect((await mfad(['keys', 'rotate', 'dev', '--yes'])).exitCode).toBe(6)
    await daemon.stop()
    const seen = traces()
    expect(seen).toContain('keyring.cjs')
    expect(seen).toContain('"xdg-open", ')
    expect(seen).not.toContain('SigninToken')
    // What mfad exec starts has the session, on purpose.
    const others = seen.split('\n').filter((line) => !line.includes('["true"], '))
    sandbox.watchForSecrets(others.join('\n'))
    const [id = '', secret = ''] = sandbox
      .readCredentials()
      .split('\n')
      .filter((line) => /^aws_(?:access_key_id|secret)/.test(line))
      .map((line) => line.split(' = ')[1] ?? '')
    expect(filesWith(secret)).toEqual(['.aws/credentials'])
    expect(filesWith(id)).toEqual(['.aws/credentials'])
    for (const { secretAccessKey, sessionToken } of sandbox.sts.issued)
      for (const each of [secretAccessKey, sessionToken])
        expect(filesWith(each).filter((name) => name !== '.aws/credentials')).toEqual([])
    expect(filesWith(alice.secretAccessKey)).toEqual([])
    expect(existsSync(sandbox.credentialsFile) && statSync(sandbox.credentialsFile).mode & 0o777).toBe(0o600)
  })
})
