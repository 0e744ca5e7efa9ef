// A throw-away home with many users, each with a device of its own: a code counts once, and a benchmark needs many.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { allocatorVariables, daemonArgv } from '../src/core/service/daemon-argv.ts'
import {
  type EmbeddedSts,
  type StsRole,
  type StsUser,
  startEmbeddedSts,
} from '../src/demo/sts/embedded-sts.ts'

export type BenchHome = {
  environment: NodeJS.ProcessEnv
  files: { credentials: string; config: string; settings: string }
  sts: EmbeddedSts
  /** When STS last looked at its clock, in `performance.now()`: just before it answers. */
  stsAnsweredAt(): number
  startDaemon(argv?: readonly string[]): Promise<ChildProcess>
  /** A profile and a code that was not used yet. Waits for the next code when all are. */
  nextLogin(): Promise<{ profile: string; serialNumber: string; code: string }>
  login(profile: string, code: string): Promise<void>
  /** Profiles behind a live session, which need no code. */
  loginAll(profiles: string[]): Promise<void>
  status(): Promise<string>
  close(): Promise<void>
}

export const program = resolve('dist/mfad.cjs')
const stepMs = 30_000

/** `roles`: so many behind the first user's keys, `r0` and so on. */
export async function openBenchHome(count: number, roles = 0): Promise<BenchHome> {
  const home = mkdtempSync(join(tmpdir(), 'mfad-bench-'))
  const users = Array.from({ length: count }, (_, index) => userOf(index))
  let stsAnsweredAt = Number.NaN
  const now = () => {
    stsAnsweredAt = performance.now()
    return new Date()
  }
  const sts = await startEmbeddedSts({
    users,
    roles: Array.from({ length: roles }, (_, index) => roleOf(index)),
    now,
  })
  const files = {
    credentials: join(home, '.aws/credentials'),
    config: join(home, '.aws/config'),
    settings: join(home, 'mfad.ini'),
  }
  mkdirSync(join(home, '.aws'), { mode: 0o700 })
  const section = ({ accessKeyId, secretAccessKey }: StsUser, index: number) =>
    `[p${index}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`
  writeFileSync(files.credentials, users.map(section).join('\n'), { mode: 0o600 })
  writeFileSync(
    files.config,
    users.map((_, index) => `[profile p${index}]\nmfa_serial = ${serialOf(index)}\n`).join('\n') +
      Array.from({ length: roles }, (_, index) => roleSection(index)).join(''),
  )
  const socket = join(home, 'mfad.sock')
  const environment = {
    PATH: process.env.PATH,
    HOME: home,
    MFAD_SOCKET: socket,
    MFAD_CONFIG: files.settings,
    AWS_ENDPOINT_URL_STS: sts.endpoint,
    AWS_ENDPOINT_URL_IAM: sts.endpoint,
  }
  const daemons: ChildProcess[] = []
  const used = new Set<string>()
  return {
    environment,
    files,
    sts,
    stsAnsweredAt: () => stsAnsweredAt,
    async startDaemon(argv = daemonArgv(process.execPath, program)) {
      const daemon = spawn(argv[0] ?? '', argv.slice(1), {
        env: { ...environment, ...allocatorVariables },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      daemons.push(daemon)
      await new Promise<void>((done) =>
        daemon.stderr?.on('data', (chunk) => String(chunk).includes('"started"') && done()),
      )
      return daemon
    },
    async nextLogin() {
      for (;;) {
        for (let index = 0; index < count; index++) {
          for (const offset of [-stepMs, 0, stepMs]) {
            const at = new Date(Date.now() + offset)
            const key = `${index} ${Math.floor(at.getTime() / stepMs)}`
            // AWS takes the code before the present one, while the present one lasts.
            const isNearlyOver = offset < 0 && Date.now() % stepMs > stepMs - 5000
            if (isNearlyOver || used.has(key)) continue
            used.add(key)
            const serialNumber = serialOf(index)
            return { profile: `p${index}`, serialNumber, code: sts.tokenCode(serialNumber, at) }
          }
        }
        await new Promise((done) => setTimeout(done, 500))
      }
    },
    async login(profile, tokenCode) {
      await call(socket, 'POST', '/v1/login', { profiles: [profile], tokenCode })
    },
    async loginAll(profiles) {
      await call(socket, 'POST', '/v1/login', { profiles })
    },
    status: () => call(socket, 'GET', '/v1/status', undefined),
    async close() {
      for (const daemon of daemons) daemon.kill('SIGKILL')
      await sts.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

function call(socketPath: string, method: string, path: string, body: unknown): Promise<string> {
  return new Promise((done, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => (response.statusCode === 200 ? done(text) : reject(new Error(text))))
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function userOf(index: number): StsUser {
  const number = String(index).padStart(4, '0')
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const seed = [...number].map((digit) => letters[Number(digit)]).join('')
  return {
    arn: `arn:aws:iam::111122223333:user/u${index}`,
    accessKeyId: `AKIABENCHMARK000${number}`,
    secretAccessKey: `benchmarkbenchmarkbenchmarkbenchmark${number}`,
    devices: [{ serialNumber: serialOf(index), seed: `JBSWY3DPEHPK3PXPJBSWY3DPEHPK${seed}` }],
  }
}

function roleOf(index: number): StsRole {
  return { arn: `arn:aws:iam::444455556666:role/r${index}`, trusts: [userOf(0).arn], requiresMfa: true }
}

function roleSection(index: number): string {
  return `\n[profile r${index}]\nrole_arn = ${roleOf(index).arn}\nsource_profile = p0\n`
}

function serialOf(index: number): string {
  return `arn:aws:iam::111122223333:mfa/u${index}`
}
