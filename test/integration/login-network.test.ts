// Between here and AWS: proxies, certificates, regions and endpoints. What is wrong with one of them has its own words, and
// what is set wrongly is refused before a code is used.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { authorityFile, type ConnectProxy, startConnectProxy, startTlsFront } from '../support/aws-network.ts'
import { expectRefusal } from '../support/refusal.ts'
import { aliceSerial, devConfig, openDevSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
let front: Awaited<ReturnType<typeof startTlsFront>>
let proxy: ConnectProxy

beforeEach(async () => {
  sandbox = await openDevSandbox()
  front = await startTlsFront(sandbox.sts.endpoint)
  proxy = await startConnectProxy(front.port)
})
afterEach(async () => {
  await proxy.close()
  await front.close()
  await sandbox.close()
})

const done = { exitCode: 0, stderr: '' }
const euWest1 = 'sts.eu-west-1.amazonaws.com'
/** AWS's own host names, which only the proxy here can reach. */
const aws = { AWS_ENDPOINT_URL_STS: undefined }
const withPassword = () => proxy.url.replace('//', '//ann:hunter2@')

async function fails(code = sandbox.code()) {
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', code)
  return { exitCode, fact: stderr.split('\n')[0]?.replace('mfad: ', ''), hint: stderr.split('\n')[1]?.trim() }
}

describe('a login through a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])('goes by %s, with a CA bundle', async (name) => {
    await sandbox.startDaemon({ ...aws, [name]: proxy.url, AWS_CA_BUNDLE: authorityFile })
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(done)
    expect(proxy.asked).toEqual([`${euWest1}:443`])
  })

  it('goes by the settings, and keeps the password to itself, whatever is to be logged', async () => {
    proxy.credentials = 'ann:hunter2'
    sandbox.writeSettings(
      `[mfad]\nhttps_proxy = ${withPassword()}\nca_bundle = ${authorityFile}\nlog_level = debug\n`,
    )
    const daemon = await sandbox.startDaemon({ ...aws, DEBUG: '*', NODE_DEBUG: 'nothing' })
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(done)
    expect(proxy.asked).toEqual([`${euWest1}:443`])
    expect(daemon.log()).toContain(`"host":"${euWest1}"`)
    const status = await sandbox.mfad('status', '--json')
    expect(daemon.log() + status.stdout).not.toMatch(/hunter2|aHVudGVyMg|YW5uOmh1bnRlcjI/)
  })

  it.each([
    ['region = eu-west-1', 'iam.amazonaws.com'],
    ['region = eu-west-1\nuse_fips_endpoint = true', 'iam-fips.amazonaws.com'],
    ['region = cn-north-1', 'iam.cn-north-1.amazonaws.com.cn'],
    ['region = us-gov-east-1', 'iam.us-gov.amazonaws.com'],
    ['region = eusc-de-east-1', 'iam.eusc-de-east-1.amazonaws.eu'],
    ['region = us-iso-west-1', 'iam.us-iso-east-1.c2s.ic.gov'],
  ])('asks the IAM of the partition for a device first: %j', async (lines, host) => {
    sandbox.writeConfig(`[profile dev]\n${lines}\n`)
    const environment = { ...aws, AWS_ENDPOINT_URL_IAM: undefined }
    await sandbox.startDaemon({ ...environment, HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: authorityFile })
    const { exitCode } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(proxy.asked[0]).toBe(`${host}:443`)
    if (host !== 'iam.amazonaws.com') return
    expect(exitCode).toBe(0)
    expect(proxy.asked).toEqual([`${host}:443`, `${euWest1}:443`])
  })

  it('does not happen for a host that NO_PROXY names', async () => {
    await sandbox.startDaemon({
      ...aws,
      HTTPS_PROXY: proxy.url,
      NO_PROXY: 'invalid',
      AWS_ENDPOINT_URL: 'https://sts.invalid',
    })
    expect((await fails()).fact).toMatch(/sts\.invalid/)
    expect(proxy.asked).toEqual([])
  })

  it('does not happen for what is on this computer', async () => {
    await sandbox.startDaemon({ HTTPS_PROXY: 'http://127.0.0.1:1' })
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(done)
  })

  it.each<[number, boolean, string, string]>([
    [407, false, 'asks for a user name and password', 'network.proxy-authentication'],
    [407, true, 'did not accept its user name and password', 'network.proxy-authentication'],
    [403, false, `refused the connection to ${euWest1} (HTTP 403)`, 'network.proxy-refused'],
    [503, false, `could not reach ${euWest1} (HTTP 503)`, 'network.proxy-refused'],
  ])('that answers %i says so, and leaves the code good', async (status, hasPassword, words, error) => {
    const address = hasPassword ? withPassword() : proxy.url
    const daemon = await sandbox.startDaemon({ ...aws, HTTPS_PROXY: address, AWS_CA_BUNDLE: authorityFile })
    proxy.answer = status
    const code = sandbox.code()
    const host = proxy.url.replace('http://', '')
    expect(await fails(code)).toMatchObject({ exitCode: 6, fact: `the proxy ${host} (HTTPS_PROXY) ${words}` })
    expect(daemon.log()).toContain(`"error":"${error}"`)
    expect(daemon.log()).not.toMatch(/hunter2|aHVudGVyMg/)
    proxy.answer = 200
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject(done)
  })

  it('that is not there says so', async () => {
    const daemon = await sandbox.startDaemon({ ...aws, HTTPS_PROXY: 'http://127.0.0.1:1' })
    expect(await fails()).toEqual({
      exitCode: 6,
      fact: 'the proxy 127.0.0.1:1 (HTTPS_PROXY) cannot be used: nothing listens there',
      hint: '→ check the network and HTTPS_PROXY, then: mfad login dev',
    })
    expect(daemon.log()).toContain('"cause":"ECONNREFUSED"')
  })

  it('is refused where the address is none, before a code is used and without the address', async () => {
    await sandbox.startDaemon({ HTTPS_PROXY: 'socks5://ann:hunter2@proxy:1080' })
    await expectRefusal(sandbox, ['login', 'dev', sandbox.code()], {
      exitCode: 4,
      says: 'mfad: HTTPS_PROXY is not the address of an http or https proxy\n  → write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with %40 for an @ in the password',
    })
  })
})

describe('a certificate that is not trusted', () => {
  it('says so, with its cause in the log, and the code stays good', async () => {
    const daemon = await sandbox.startDaemon({ AWS_ENDPOINT_URL_STS: `https://127.0.0.1:${front.port}` })
    const code = sandbox.code()
    expect(await fails(code)).toEqual({
      exitCode: 6,
      fact: `the certificate of STS at 127.0.0.1:${front.port} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
      hint: "→ if a company's proxy inspects TLS traffic, name its certificates with: aws configure set ca_bundle FILE --profile dev, or with NODE_EXTRA_CA_CERTS for the daemon, then: mfad login dev",
    })
    expect(daemon.log()).toContain('"cause":"UNABLE_TO_VERIFY_LEAF_SIGNATURE"')
    // The hint, followed.
    sandbox.writeConfig(`${devConfig}ca_bundle = ${authorityFile}\n`)
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject({ exitCode: 0 })
  })

  it('is trusted with NODE_EXTRA_CA_CERTS, unless a CA bundle stands in place of all others', async () => {
    const environment = {
      AWS_ENDPOINT_URL_STS: `https://127.0.0.1:${front.port}`,
      NODE_EXTRA_CA_CERTS: authorityFile,
    }
    sandbox.writeConfig(`${devConfig}ca_bundle = ${resolve('test/fixtures/untrusted-server.pem')}\n`)
    await sandbox.startDaemon(environment)
    const code = sandbox.code()
    expect((await fails(code)).hint).toMatch(/^→ its issuer is not in .+untrusted-server\.pem/)
    sandbox.writeConfig(devConfig)
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject(done)
  })
})

describe('a CA bundle', () => {
  it.each([
    ['AWS_CA_BUNDLE', 'gone.pem', 'cannot be read'],
    ['AWS_CA_BUNDLE', 'empty.pem', 'holds no certificate'],
    ['ca_bundle of the profile', 'empty.pem', 'holds no certificate'],
    ['ca_bundle in the settings', 'empty.pem', 'holds no certificate'],
  ])('that cannot be used is refused before a code is used: %s %s', async (place, name, problem) => {
    const path = join(sandbox.home, name)
    writeFileSync(join(sandbox.home, 'empty.pem'), '')
    if (place.includes('profile')) sandbox.writeConfig(`${devConfig}ca_bundle = ${path}\n`)
    if (place.includes('settings')) sandbox.writeSettings(`[mfad]\nca_bundle = ${path}\n`)
    await sandbox.startDaemon(place === 'AWS_CA_BUNDLE' ? { AWS_CA_BUNDLE: path } : {})
    const { exitCode, fact } = await fails()
    expect(exitCode).toBe(4)
    const where = place.includes('profile')
      ? `line 4 of ${sandbox.home}/.aws/config`
      : place.includes('settings')
        ? `ca_bundle in ${sandbox.home}/.config/mfad/config.ini`
        : 'AWS_CA_BUNDLE'
    expect(fact).toBe(`the CA bundle ${path} (${where}) ${problem}`)
    expect(sandbox.sts.calls).toEqual([])
  })
})

describe('the host that a message names', () => {
  it.each([
    [aliceSerial, 'region = us-east-1\nuse_fips_endpoint = true\n', 'sts-fips.us-east-1.amazonaws.com'],
    [aliceSerial, 'region = eu-west-1\nuse_dualstack_endpoint = TRUE\n', 'sts.eu-west-1.api.aws'],
    ['arn:aws-eusc:iam::111122223333:mfa/alice', '', 'sts.eusc-de-east-1.amazonaws.eu'],
    ['arn:aws-iso:iam::111122223333:mfa/alice', '', 'sts.us-iso-east-1.c2s.ic.gov'],
  ])('for %s with %j is the one that was called: %s', async (serial, more, host) => {
    sandbox.writeConfig(`[profile dev]\nmfa_serial = ${serial}\n${more}`)
    await sandbox.startDaemon({ ...aws, HTTPS_PROXY: proxy.url, AWS_CA_BUNDLE: authorityFile })
    sandbox.sts.setFault({ kind: 'unavailable' }, 1)
    expect((await fails()).fact).toBe(`STS at ${host} failed (HTTP 503)`)
    expect(proxy.asked).toEqual([`${host}:443`])
  })
})

describe('a value that is wrong is not taken for one that is missing', () => {
  const refuse = async (config: string, exitCode: number, says: string) => {
    sandbox.writeConfig(config)
    await sandbox.startDaemon({ ...aws, HTTPS_PROXY: proxy.url })
    await expectRefusal(sandbox, ['login', 'dev', sandbox.code()], { exitCode, says })
    expect(proxy.asked).toEqual([])
  }
  const file = () => `${sandbox.home}/.aws/config`

  it.each([
    ['US-EAST-1', 'us-east-1'],
    ['us east', 'one such as eu-west-1'],
    ['evil.com', 'one such as eu-west-1'],
  ])('region = %s', async (region, proposal) => {
    await refuse(
      `[profile dev]\nmfa_serial = ${aliceSerial}\nregion = ${region}\n`,
      4,
      `mfad: the region of dev is not one of AWS's: "${region}" in line 3 of ${file()}\n  → correct it there, to ${proposal}`,
    )
  })

  it('region = us-east-1 with a device in China', async () => {
    await refuse(
      '[profile dev]\nmfa_serial = arn:aws-cn:iam::111122223333:mfa/alice\nregion = us-east-1\n',
      4,
      `mfad: the region of dev (us-east-1, in line 3 of ${file()}) is not in aws-cn, the partition of its device\n  → correct the one that is wrong: keys, device and region belong to one partition`,
    )
  })

  it('use_fips_endpoint = 1', async () => {
    await refuse(
      `${devConfig}use_fips_endpoint = 1\n`,
      4,
      `mfad: use_fips_endpoint of dev is neither true nor false: line 4 of ${file()}\n  → correct it there, to true or false`,
    )
  })

  it('ca_bundle in quotes, which AWS tools read differently', async () => {
    await refuse(
      `${devConfig}ca_bundle = "${authorityFile}"\n`,
      4,
      `mfad: AWS tools disagree about ca_bundle of dev: line 4 of ${file()}\n  → write it as "key = value" at the start of a line, without quotes, comment or second copy`,
    )
  })

  it('AWS_USE_FIPS_ENDPOINT=1 of the daemon', async () => {
    await sandbox.startDaemon({ ...aws, AWS_USE_FIPS_ENDPOINT: '1', HTTPS_PROXY: proxy.url })
    await expectRefusal(sandbox, ['login', 'dev', sandbox.code()], {
      exitCode: 4,
      says: 'mfad: AWS_USE_FIPS_ENDPOINT of the daemon is neither true nor false\n  → set it to true or false, or remove it, and start the daemon again',
    })
    expect(proxy.asked).toEqual([])
  })
})

describe('a code that AWS has refused', () => {
  it('and is typed again is not said to have been used', async () => {
    await sandbox.startDaemon()
    const code = sandbox.sts.tokenCode(aliceSerial, new Date(Date.now() - 3_600_000))
    expect((await fails(code)).fact).toMatch(/^AWS rejected the code for dev/)
    expect((await fails(code)).fact).toMatch(/^AWS refused this code \d s ago$/)
    expect(sandbox.codesSent()).toHaveLength(1)
  })
})
