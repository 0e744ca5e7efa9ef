// A throw-away home with an STS of its own, in which the real programs run. Everything they print is kept, and closing
// the sandbox fails the test when a secret, a token or a code is found in any of it.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { daemonArgv } from '../../src/core/service/daemon-argv.ts'
import type { Status } from '../../src/core/wire.ts'
import {
  type EmbeddedSts,
  type StsRole,
  type StsUser,
  startEmbeddedSts,
} from '../../src/demo/sts/embedded-sts.ts'
import { mfadArgv, nodePath, scriptPath } from './program.ts'
import { until } from './until.ts'

export type Ended = { exitCode: number | null; stdout: string; stderr: string }

type RunOptions = {
  input?: string
  environment?: Record<string, string | undefined>
  /** The program instead of Node: another version of it, or one that first goes elsewhere. */
  node?: string
} & Partial<Identity>

type Identity = { uid: number; gid: number }

export type RunningDaemon = {
  process: ChildProcess
  log(): string
  /** Sends it a signal, unless it has ended, and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>
  /** Waits for it to end by itself. One that does so unawaited fails the test. */
  ended(): Promise<Ended>
}

export type Sandbox = {
  home: string
  environment: Record<string, string>
  sts: EmbeddedSts
  credentialsFile: string
  /** Runs the installed program. */
  mfad(...args: string[]): Promise<Ended>
  mfadWith(options: RunOptions, ...args: string[]): Promise<Ended>
  startDaemon(
    environment?: Record<string, string | undefined>,
    how?: Pick<RunOptions, 'node' | 'uid' | 'gid'>,
  ): Promise<RunningDaemon>
  /** Without the warning that its STS is not AWS. */
  status(): Promise<Status>
  /** The code that the phone shows now; used or not, it must never turn up in any output. */
  code(serialNumber?: string): string
  /** The code after that one, which STS takes already: for a second login on the same device. */
  nextCode(serialNumber?: string): string
  /** The requests for a session that reached STS: each of them carried a code. */
  codesSent(): EmbeddedSts['calls']
  readCredentials(): string
  writeCredentials(text: string | Uint8Array): void
  writeConfig(text: string): void
  writeSettings(text: string): void
  /** The notifications shown so far: the arguments of each notify-send. */
  notifications(): string[][]
  /** Text from elsewhere that must hold no secret either. */
  watchForSecrets(text: string): void
  close(): Promise<void>
}

export const alice: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/alice',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  devices: [
    { serialNumber: 'arn:aws:iam::111122223333:mfa/alice', seed: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
  ],
}

export const aliceKeys = keyLines(alice)
export const aliceSerial = 'arn:aws:iam::111122223333:mfa/alice'

/** Her second access key. */
export const aliceSecondKey: StsUser = {
  ...alice,
  accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
  secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
}

/** Another user, with a device of his own. */
export const bob: StsUser = {
  arn: 'arn:aws:iam::111122223333:user/bob',
  accessKeyId: 'AKIABOBBOBBOBEXAMPLE',
  secretAccessKey: 'kbaNtSy2RKA1Tj7PXzv8OogNwKeFtc/bPxRfiCYBOB',
  devices: [{ serialNumber: 'arn:aws:iam::111122223333:mfa/bob', seed: 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU' }],
}
export const bobSerial = 'arn:aws:iam::111122223333:mfa/bob'

/** The lines that hold a user's keys. */
export function keyLines({ accessKeyId, secretAccessKey }: StsUser): string {
  return `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
}

/** A profile dev of alice's, and the configuration that names her device. */
export const devCredentials = `[dev]\n${aliceKeys}`
export const devConfig = `[profile dev]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\n`

/** A sandbox with that profile in its files. */
export async function openDevSandbox(): Promise<Sandbox> {
  const sandbox = await openSandbox()
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
  return sandbox
}

const daemonLimitMs = 15_000

export async function openSandbox(users: StsUser[] = [alice], roles: StsRole[] = []): Promise<Sandbox> {
  const home = mkdtempSync(join(tmpdir(), 'mfad-test-'))
  const sts = await startEmbeddedSts({ users, roles })
  const credentialsFile = join(home, '.aws/credentials')
  const outputs: string[] = []
  const codes = new Set<string>()
  const daemons: RunningDaemon[] = []
  const environment = {
    HOME: home,
    PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`,
    XDG_RUNTIME_DIR: join(home, 'run'),
    AWS_ENDPOINT_URL_STS: sts.endpoint,
    AWS_ENDPOINT_URL_IAM: sts.endpoint,
    NOTIFICATIONS: join(home, 'notifications'),
    TZ: 'UTC',
  }
  mkdirSync(join(home, 'run'), { mode: 0o700 })
  mkdirSync(join(home, '.aws'), { mode: 0o700 })
  installFakeNotifySend(home)

  const keep = (ended: Ended) => {
    outputs.push(ended.stdout, ended.stderr)
    return ended
  }
  const keepCode = (code: string) => {
    codes.add(code)
    return code
  }
  const mfadWith = async ({ input, environment: extra, ...how }: RunOptions, ...args: string[]) =>
    keep(await run(spawnProgram([...mfadArgv, ...args], { ...environment, ...extra }, how), input))
  const sandbox: Sandbox = {
    home,
    environment,
    sts,
    credentialsFile,
    mfadWith,
    mfad: (...args) => mfadWith({}, ...args),
    async startDaemon(extra = {}, how = {}) {
      const daemon = await startDaemon({ ...environment, ...extra }, how, keep)
      daemons.push(daemon)
      return daemon
    },
    async status() {
      const { exitCode, stdout, stderr } = await mfadWith({}, 'status', '--json')
      if (exitCode !== 0) throw new Error(`status failed: ${stderr}`)
      return withoutEndpointWarning(JSON.parse(stdout) as Status)
    },
    code: (serialNumber = aliceSerial) => keepCode(sts.tokenCode(serialNumber)),
    nextCode: (serialNumber = aliceSerial) =>
      keepCode(sts.tokenCode(serialNumber, new Date(Date.now() + 30_000))),
    codesSent: () => sts.calls.filter(({ action }) => action === 'GetSessionToken'),
    readCredentials: () => readFileSync(credentialsFile, 'utf8'),
    writeCredentials: (text) => writeFileSync(credentialsFile, text, { mode: 0o600 }),
    writeConfig: (text) => writeFileSync(join(home, '.aws/config'), text, { mode: 0o600 }),
    writeSettings(text) {
      mkdirSync(join(home, '.config/mfad'), { recursive: true })
      writeFileSync(join(home, '.config/mfad/config.ini'), text)
    },
    notifications: () => readNotifications(environment.NOTIFICATIONS),
    watchForSecrets: (text) => outputs.push(text),
    async close() {
      for (const daemon of daemons) await daemon.stop()
      await sts.close()
      outputs.push(sandbox.notifications().flat().join('\n'))
      rmSync(home, { recursive: true, force: true })
      refuseSecrets(outputs, users, sts, codes)
    },
  }
  return sandbox
}

/** Throws when one of the outputs holds a secret. Used codes are looked for as whole words. */
function refuseSecrets(
  outputs: readonly string[],
  users: readonly StsUser[],
  sts: EmbeddedSts,
  codes: ReadonlySet<string>,
): void {
  const secrets = [
    ...users.flatMap(({ secretAccessKey, accessKeyId }) => [secretAccessKey, accessKeyId]),
    ...sts.issued.flatMap(({ accessKeyId, secretAccessKey, sessionToken }) => [
      accessKeyId,
      secretAccessKey,
      sessionToken,
    ]),
  ]
  for (const text of outputs) {
    const found =
      secrets.find((secret) => text.includes(secret)) ??
      [...codes].find((code) => new RegExp(`\\b${code}\\b`).test(text))
    if (found !== undefined) throw new Error(`a secret or code (${found}) was printed:\n${text}`)
  }
}

/** Every sandbox has its own STS, of which each status warns. */
function withoutEndpointWarning(status: Status): Status {
  const isOther = ({ code }: Status['warnings'][number]) => code !== 'daemon.foreign-endpoint'
  return { ...status, warnings: status.warnings.filter(isOther) }
}

/** Its first word is the Node that is used unless another one is given. */
function spawnProgram(
  [usual, ...args]: readonly string[],
  environment: Record<string, string | undefined>,
  { node = usual ?? '', ...identity }: Pick<RunOptions, 'node' | 'uid' | 'gid'> = {},
): ChildProcess {
  return spawn(node, args, {
    ...identity,
    env: environment as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** Waits for a child's end, with everything it printed. */
export function run(child: ChildProcess, input = ''): Promise<Ended> {
  return new Promise((resolvePromise, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (exitCode) => resolvePromise({ exitCode, stdout, stderr }))
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

async function startDaemon(
  environment: Record<string, string | undefined>,
  how: Pick<RunOptions, 'node' | 'uid' | 'gid'>,
  keep: (ended: Ended) => Ended,
): Promise<RunningDaemon> {
  // As the service starts it, in this very process.
  const child = spawnProgram(daemonArgv(nodePath, scriptPath), environment, how)
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log += chunk
  })
  let hasEnded = false
  let isEndExpected = false
  const ended = run(child).then((result) => {
    hasEnded = true
    return keep(result)
  })
  await until(`the daemon starts\n${log}`, () => log.includes('"started"') || hasEnded, daemonLimitMs)
  if (hasEnded) throw new Error(`the daemon did not start: ${log}`)
  return {
    process: child,
    log: () => log,
    stop(signal = 'SIGTERM') {
      if (hasEnded && !isEndExpected) throw new Error(`the daemon ended by itself: ${log}`)
      isEndExpected = true
      if (!hasEnded) child.kill(signal)
      return ended
    },
    ended() {
      isEndExpected = true
      return ended
    },
  }
}

/** Only the true outside is faked: the desktop. */
function installFakeNotifySend(home: string): void {
  const path = join(home, 'bin/notify-send')
  mkdirSync(join(home, 'bin'))
  writeFileSync(
    path,
    '#!/bin/sh\n{ for word in "$@"; do printf "%s\\t" "$word"; done; echo; } >> "$NOTIFICATIONS"\n',
  )
  chmodSync(path, 0o755)
}

/** Those that were written to their end. */
function readNotifications(path: string): string[][] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => line.split('\t').slice(0, -1))
}
