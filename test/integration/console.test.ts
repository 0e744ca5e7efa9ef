// `mfad console`: the real command line against a federation endpoint that takes what AWS takes.

import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authorityFile, startConnectProxy, startTlsFront } from '../support/aws-network.ts'
import { alice, aliceKeys, aliceSerial, openSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const roleArn = 'arn:aws:iam::444455556666:role/admin'
const role = (name: string, arn: string, more = '') =>
  `\n[profile ${name}]\nrole_arn = ${arn}\nsource_profile = dev\n${more}`

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice], [{ arn: roleArn, trusts: [alice.arn] }])
  sandbox.writeCredentials(`[dev]\n${aliceKeys}`)
  sandbox.writeConfig(
    `[profile dev]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\n${role('admin', roleArn, 'region = eu-central-1\n')}`,
  )
})
afterEach(() => sandbox.close())

const login = async () => {
  const daemon = await sandbox.startDaemon()
  const { exitCode, stderr } = await sandbox.mfad('login', 'admin', sandbox.code())
  expect(exitCode, stderr).toBe(0)
  return daemon
}
/** With the federation endpoint on this computer, unless another one is given. */
const consoleWith = (environment: Record<string, string>, ...args: string[]) =>
  sandbox.mfadWith(
    { environment: { AWS_ENDPOINT_URL_SIGNIN: sandbox.sts.endpoint, ...environment } },
    'console',
    ...args,
  )
const visit = async (link: string) => (await fetch(link)).text()
const signIns = () => sandbox.sts.calls.filter(({ action }) => action === 'getSigninToken')

describe('mfad console', () => {
  it('prints a link that signs in as the role, to a page and a region; the credentials go in a POST', async () => {
    await login()
    const { exitCode, stdout, stderr } = await consoleWith({}, 'admin')
    expect(exitCode, stderr).toBe(0)
    expect(await visit(stdout.trim())).toContain(
      'signed in as arn:aws:sts::444455556666:assumed-role/admin/mfad-admin at https://console.aws.amazon.com/console/home?region=eu-central-1',
    )
    expect(stderr).toMatch(
      /\nmfad: this link signs in whoever has it, for 15 minutes; the console then ends with the session, at (?:tomorrow )?\d\d:\d\d\n$/,
    )
    expect(signIns().map(({ outcome }) => outcome)).toEqual(['OK'])
    const page = await consoleWith({}, 'admin-mfa', '--service', 'ec2', '--region', 'us-east-1', '--json')
    const { url, destination, profile } = JSON.parse(page.stdout)
    expect([profile, destination]).toEqual([
      'admin',
      'https://console.aws.amazon.com/ec2/home?region=us-east-1',
    ])
    expect(await visit(url)).toContain(destination)
  })

  it('takes no session of a user, and names the roles behind the same key, before anything is sent', async () => {
    const daemon = await login()
    const { exitCode, stderr } = await consoleWith({}, 'dev')
    expect([exitCode, stderr.split('\n').slice(-3)]).toEqual([
      4,
      [
        'mfad: the session of dev is that of a user, and AWS lets only those of roles into the console',
        '  → take a role behind dev: mfad console admin',
        '',
      ],
    ])
    sandbox.writeConfig(`[profile dev]\nmfa_serial = ${aliceSerial}\n`)
    expect((await consoleWith({}, 'dev')).stderr).toContain('  → there is no role behind dev: ')
    expect(signIns()).toEqual([])
    await daemon.stop()
  })

  it('has the role assumed first where that needs no code, and says so where it does', async () => {
    await sandbox.startDaemon()
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
    const { exitCode, stdout, stderr } = await consoleWith({}, 'admin')
    expect(exitCode, stderr).toBe(0)
    expect(await visit(stdout.trim())).toContain('assumed-role/admin')
    await sandbox.mfad('logout', '--all')
    const none = await consoleWith({}, 'admin')
    expect([none.exitCode, none.stdout]).toEqual([8, ''])
    expect(none.stderr).toContain('→ log in with: mfad login admin')
  })

  it('tells what AWS refuses, what fails, and what is not AWS at all', async () => {
    await login()
    sandbox.sts.endSessions()
    const refused = await consoleWith({}, 'admin')
    expect([refused.exitCode, refused.stderr]).toEqual([
      5,
      expect.stringContaining(
        'mfad: AWS does not sign the session of admin in to the console (HTTP 400)\n  → take a new session, and try again: mfad login admin && mfad console admin\n',
      ),
    ])
    const faults = [
      ['unavailable', 6, 'failed (HTTP 503)'],
      ['html', 6, 'is not the sign-in of AWS'],
      ['huge', 6, 'is not the sign-in of AWS'],
      ['reset', 6, 'the connection was cut off'],
    ] as const
    for (const [kind, exitCode, words] of faults) {
      sandbox.sts.setFault({ kind }, 1)
      const ended = await consoleWith({}, 'admin')
      expect([kind, ended.exitCode, ended.stdout]).toEqual([kind, exitCode, ''])
      expect(ended.stderr).toContain(words)
      expect(ended.stderr).toContain('mfad console admin\n')
    }
    const dead = await consoleWith({ AWS_ENDPOINT_URL_SIGNIN: 'http://127.0.0.1:1' }, 'admin')
    expect(dead.stderr).toContain('nothing listens there')
  })

  it.each([
    ['a redirection', 302, '', { location: 'http://127.0.0.1:1/' }],
    ['a token that is more than one', 200, JSON.stringify({ SigninToken: 'x"><script>' }), {}],
    ['another JSON', 200, '[]', {}],
    ['null', 200, 'null', {}],
  ])('believes no server that answers %s', async (_, status, body, headers) => {
    await login()
    const server: Server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status, headers).end(body))
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as AddressInfo
    const ended = await consoleWith({ AWS_ENDPOINT_URL_SIGNIN: `http://127.0.0.1:${port}` }, 'admin')
    server.close()
    expect([ended.exitCode, ended.stdout]).toEqual([6, ''])
    expect(ended.stderr).toContain(`what answered at 127.0.0.1:${port} is not the sign-in of AWS`)
  })

  it('reads no answer that goes on and on', async () => {
    await login()
    const server = createServer((_, response) => {
      const timer = setInterval(() => response.write(' '.repeat(64 * 1024)), 1)
      response.on('close', () => clearInterval(timer))
    })
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as AddressInfo
    const ended = await consoleWith({ AWS_ENDPOINT_URL_SIGNIN: `http://127.0.0.1:${port}` }, 'admin')
    server.close()
    // Not after the 15 s that every answer has.
    expect(ended.stderr).toContain('is not the sign-in of AWS')
  })

  it('goes to the host of the partition, by the proxy, and checks its certificate', async () => {
    await login()
    const front = await startTlsFront(sandbox.sts.endpoint)
    const proxy = await startConnectProxy(front.port)
    try {
      const byProxy = { HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: authorityFile }
      const real = await consoleWith({ ...byProxy, AWS_ENDPOINT_URL_SIGNIN: '' }, 'admin')
      expect(proxy.asked).toEqual(['signin.aws.amazon.com:443'])
      expect([real.exitCode, real.stderr]).toEqual([
        6,
        expect.stringContaining(
          'the certificate of the sign-in at signin.aws.amazon.com is for another host',
        ),
      ])
      const here = `https://127.0.0.1:${front.port}`
      const untrusted = await consoleWith({ AWS_ENDPOINT_URL_SIGNIN: here }, 'admin')
      expect(untrusted.stderr).toContain('is not trusted')
      expect(signIns()).toEqual([])
      const good = await consoleWith({ AWS_ENDPOINT_URL_SIGNIN: here, AWS_CA_BUNDLE: authorityFile }, 'admin')
      expect(good.exitCode, good.stderr).toBe(0)
      expect(good.stdout).toContain(`${here}/federation?Action=login&`)
    } finally {
      await proxy.close()
      await front.close()
    }
  })

  it('sends the credentials to no endpoint that is meant for other calls, and to none that is not encrypted', async () => {
    await login()
    const elsewhere = { AWS_ENDPOINT_URL: sandbox.sts.endpoint, AWS_ENDPOINT_URL_SIGNIN: '' }
    // A proxy that is not there: nothing leaves this computer.
    const ended = await consoleWith({ ...elsewhere, HTTPS_PROXY: 'http://127.0.0.1:1' }, 'admin')
    expect(ended.stderr).toContain('the proxy 127.0.0.1:1 (HTTPS_PROXY) cannot be used')
    const plain = await consoleWith({ AWS_ENDPOINT_URL_SIGNIN: 'http://signin.example' }, 'admin')
    expect([plain.exitCode, plain.stderr.split('\n')[0]]).toEqual([
      4,
      'mfad: AWS_ENDPOINT_URL_SIGNIN is neither https nor on this computer',
    ])
    expect(signIns()).toEqual([])
  })

  it('sends nothing by a way that somebody else could have written into the files', async () => {
    await login()
    chmodSync(join(sandbox.home, '.aws/config'), 0o666)
    const { exitCode, stderr } = await consoleWith({}, 'admin')
    expect(exitCode, stderr).toBe(7)
    expect(signIns()).toEqual([])
  })

  it('refuses a service and a region that cannot be ones', async () => {
    await login()
    for (const args of [
      ['--service', '../evil'],
      ['--service', 'ec2?x='],
      ['--region', 'eu west'],
      ['--region', 'cn-north-1'],
    ]) {
      const { exitCode, stdout } = await consoleWith({}, 'admin', ...args)
      expect([args, exitCode, stdout]).toEqual([args, 2, ''])
    }
    expect(signIns()).toEqual([])
  })
})

describe('mfad console --open', () => {
  const start = () =>
    spawn(process.execPath, [resolve('dist/mfad.cjs'), 'console', 'admin', '--open'], {
      env: { ...sandbox.environment, AWS_ENDPOINT_URL_SIGNIN: sandbox.sts.endpoint },
      stdio: 'pipe',
    })
  const installOpener = (text: string) => {
    mkdirSync(join(sandbox.home, 'bin'), { recursive: true })
    writeFileSync(join(sandbox.home, 'bin/xdg-open'), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
  const pages = () => readdirSync(sandbox.home).filter((name) => name.startsWith('mfad-console-'))

  it('hands the browser a page for its user alone, never the link, and removes it', async () => {
    await login()
    const seen = join(sandbox.home, 'seen')
    installOpener(
      `{ echo "$#"; stat -c %a "$1"; env; echo; cat "$1"; } > "${seen}.new"; mv "${seen}.new" "${seen}"`,
    )
    writeFileSync(join(sandbox.home, 'mfad-console-999999999-0123456789abcdef.html'), 'left by a kill')
    const child = start()
    const ended = run(child)
    let notes = ''
    child.stderr?.on('data', (chunk) => {
      notes += chunk
    })
    await until('the browser was asked', () => notes.includes('is removed in'))
    expect(pages()).toHaveLength(1)
    const shown = readFileSync(seen, 'utf8')
    expect(shown).toMatch(/^1\n600\n/)
    expect(shown.split('\n\n')[0]).not.toContain('AWS_')
    const link = /url=([^"]+)"/.exec(shown)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(await visit(link)).toContain('assumed-role/admin')
    child.kill('SIGINT')
    const { exitCode, stdout, stderr } = await ended
    expect([exitCode, stdout]).toEqual([130, ''])
    expect(stderr).not.toContain('SigninToken')
    expect(pages()).toEqual([])
  })

  it.each([
    ['fails', 'exit 3', 'the page was not shown: xdg-open ended with 3'],
    ['is not there', undefined, 'no page can be shown by xdg-open: it was not found'],
  ])('says that the program %s, and leaves nothing behind', async (_, text, words) => {
    await login()
    const environment = text === undefined ? { PATH: join(sandbox.home, 'bin') } : {}
    if (text !== undefined) installOpener(text)
    const { exitCode, stdout, stderr } = await consoleWith(environment, 'admin', '--open')
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`${words}\n  → print the link, and open it yourself: leave out --open\n`)
    expect(existsSync(sandbox.home) && pages()).toEqual([])
  })
})

it('mfad console --open says so where no page can be made', async () => {
  await login()
  const home = join(sandbox.home, 'gone')
  const { exitCode, stdout, stderr } = await consoleWith(
    {
      HOME: home,
      AWS_SHARED_CREDENTIALS_FILE: sandbox.credentialsFile,
      AWS_CONFIG_FILE: join(sandbox.home, '.aws/config'),
    },
    'admin',
    '--open',
  )
  expect(stderr).toContain(
    `mfad: no page can be made in ${home}: ENOENT\n  → print the link, and open it yourself: leave out --open\n`,
  )
  expect([exitCode, stdout]).toEqual([2, ''])
})
