// The world around an agent: real files; fake are only the clock, the desktop, STS and the commands that give codes.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseDocument } from '../../src/core/document/parse.ts'
import type { CommandResult } from '../../src/core/login/command-result.ts'
import type { KeyringFailure } from '../../src/core/login/keyring-failure.ts'
import type { StsFailure } from '../../src/core/login/sts-failure.ts'
import type { UtcOffset } from '../../src/core/time/quiet-hours.ts'
import { type Agent, createAgent } from '../../src/daemon/agent.ts'
import { createKnownFiles } from '../../src/daemon/files/known-files.ts'
import type { Iam } from '../../src/edges/aws/iam.ts'
import { partitions } from '../../src/edges/aws/partitions.ts'
import type { Sts } from '../../src/edges/aws/sts.ts'
import type { Desktop, Reminded, ReminderRequest, Respond } from '../../src/edges/desktop/reminder.ts'
import { settingsStamp } from '../../src/edges/files/disk/stamp.ts'
import { openFileStore } from '../../src/edges/files/own-store.ts'
import type { FileStore } from '../../src/edges/files/store.ts'
import type { Keyring, KeyringResult } from '../../src/edges/keys/keyring.ts'
import type { Log } from '../../src/edges/logger.ts'
import { openTrust } from '../../src/edges/own-trust.ts'
import { resolveFiles } from '../../src/edges/paths.ts'
import { loadSettings } from '../../src/edges/settings-file.ts'
import { openStatusFile } from '../../src/edges/status-file.ts'

const start = Date.parse('2026-11-23T08:00:00Z')
const tickSeconds = 30

type Shown = { at: string; title: string; urgent: boolean }

/** A reminder as the desktop got it, and what a user may do with it. */
export type OnScreen = {
  request: ReminderRequest
  respond: Respond
  isWithdrawn: boolean
  /** The desktop could not show it. */
  hasFailed: boolean
  /** The credentials file at that instant. */
  credentials: string
  end(how: Awaited<Reminded['ended']>): void
  /** It turns out later that it was not shown. */
  fail(error: Error): void
}

export type RoleCall = {
  at: string
  roleArn: string
  /** Of the session that asked. */
  accessKeyId: string
  durationSeconds: number
  externalId: string | undefined
  roleSessionName: string
}

export type StsCall = { at: string; accessKeyId: string; serialNumber: string; tokenCode: string }

/** Its clock moves only when a test moves it. */
export class World {
  readonly home = mkdtempSync(join(tmpdir(), 'mfad-agent-'))
  readonly statusFile = join(this.home, 'mfad.status')
  readonly shown: Shown[] = []
  nowMs = start
  /** STS's clock minus ours. */
  offsetSeconds = 0
  stsHost = 'sts.us-east-1.amazonaws.com'
  desktopError: Error | undefined
  /** What happens when a file has been written, before the daemon knows. */
  afterWrite: (() => void) | undefined
  /** Why no file can be written. */
  writeError: Error | undefined
  /** What the desktop was asked to show, also in vain. */
  readonly screen: OnScreen[] = []
  utcOffset: UtcOffset = () => 0
  /** The next answers of STS, before it is well again. */
  readonly stsFailures: StsFailure[] = []
  readonly stsCalls: StsCall[] = []
  readonly roleCalls: RoleCall[] = []
  /** So long the answer to a login waits for roles; for agents that are started from now on. */
  mostRolesMs = 20_000
  /** The roles that STS refuses. */
  readonly roleFailures = new Map<string, StsFailure>()
  /** The devices of every user, as IAM lists them. */
  iamDevices: string[] = ['arn:aws:iam::111122223333:mfa/alice']
  /** The next answers of IAM, before it is well again. */
  readonly iamFailures: StsFailure[] = []
  /** The access keys by which IAM was asked. */
  readonly iamCalls: string[] = []
  /** What happens between a call and its answer. */
  whileStsAnswers: (() => void | Promise<void>) | undefined
  /** What an mfa_process does, by default: prints another code each time. */
  runCommand: (command: string) => CommandResult | Promise<CommandResult> = () => printed(this.nextCode())
  /** What a credential_process does, by default: prints the keys of dev. */
  runCredentialProcess: (command: string) => CommandResult | Promise<CommandResult> = () =>
    printed(keysAsJson('alice'))
  readonly keyring = new FakeKeyring()
  readonly processesRun: string[] = []
  readonly commandsRun: string[] = []
  readonly commandSignals: AbortSignal[] = []
  readonly commandVariables: (Record<string, string> | undefined)[] = []
  /** How long sessions live, whatever was asked for. */
  lifeSeconds: number | undefined
  unsafeFile: Error | undefined
  readonly logged: string[] = []
  /** How often the credentials file was written. */
  replacements = 0
  /** How often a version of a file was parsed. */
  parses = 0
  wishedAt: Date | undefined
  agent: Agent
  /** By how much somebody has set our clock. */
  clockSetMs = 0
  private issued = 0
  private readonly log: Log = logTo(this.logged)

  constructor() {
    mkdirSync(join(this.home, '.aws'), { mode: 0o700 })
    this.writeProfiles({ dev: 'alice' })
    this.agent = this.restart()
  }

  /** Profiles by name, each on the device of a user; the keys are that user's. */
  writeProfiles(userOf: Record<string, string>): void {
    const keys = (user: string) =>
      `aws_access_key_id = AKIA${user.toUpperCase().padEnd(16, 'X')}\naws_secret_access_key = secret\n`
    const entries = Object.entries(userOf)
    this.writeCredentials(entries.map(([name, user]) => `[${name}]\n${keys(user)}`).join('\n'))
    const serial = (user: string) => `mfa_serial = arn:aws:iam::111122223333:mfa/${user}\n`
    writeFileSync(
      join(this.home, '.aws/config'),
      entries.map(([name, user]) => `[profile ${name}]\n${serial(user)}`).join('\n'),
      { mode: 0o600 },
    )
  }

  /** The lines go to the end: a section of their own, or more of the last profile. */
  addToConfig(text: string): void {
    appendFileSync(join(this.home, '.aws/config'), text)
  }

  readConfig(): string {
    return readFileSync(join(this.home, '.aws/config'), 'utf8')
  }

  writeConfig(text: string): void {
    writeFileSync(join(this.home, '.aws/config'), text)
  }

  get credentialsFile(): string {
    return join(this.home, '.aws/credentials')
  }

  readCredentials(): string {
    return readFileSync(this.credentialsFile, 'utf8')
  }

  writeCredentials(text: string): void {
    writeFileSync(this.credentialsFile, text, { mode: 0o600 })
  }

  writeSettings(text: string): void {
    writeFileSync(join(this.home, 'config.ini'), text)
  }

  /** A new daemon on the same files. */
  restart(): Agent {
    const environment = { HOME: this.home }
    const settings = join(this.home, 'config.ini')
    this.wishedAt = undefined
    this.agent = createAgent({
      known: createKnownFiles({
        now: () => this.now(),
        loadSettings: () => loadSettings(settings),
        settingsStamp: () => settingsStamp(settings),
        resolveFiles: (loaded) => resolveFiles(environment, loaded),
        openStore: (file) => this.openStore(file),
        read: (bytes) => {
          this.parses += 1
          return parseDocument(bytes)
        },
        checkTrusted: openTrust().checkTrusted,
      }),
      daemon: { pid: 1, startedAt: '2026-11-23T08:00:00Z', version: '0' },
      log: this.log,
      variables: {},
      stopping: new AbortController().signal,
      now: () => this.now(),
      steadyMs: () => this.nowMs - this.clockSetMs,
      wakeAt: (instant) => {
        this.wishedAt = instant
      },
      utcOffset: (instant) => this.utcOffset(instant),
      random: () => 1,
      mostRolesMs: this.mostRolesMs,
      desktop: this.desktop,
      statusFile: openStatusFile(this.statusFile),
      checkOwnFile: () => {
        if (this.unsafeFile !== undefined) throw this.unsafeFile
      },
      runCommand: async (command, _timeoutMs, stopping, variables) => {
        this.commandSignals.push(stopping)
        this.commandVariables.push(variables)
        this.commandsRun.push(`${this.now().toISOString().slice(11, 19)} ${command}`)
        return this.runCommand(command)
      },
      restart: 'mfad restart',
      keyPlaces: {
        runCredentialProcess: async (command) => {
          this.processesRun.push(command)
          return this.runCredentialProcess(command)
        },
        keyring: this.keyring,
      },
      loadSts: async () => this.sts,
      loadIam: async () => this.iam,
    })
    this.agent.look()
    return this.agent
  }

  private openStore(file: string): FileStore {
    const store = openFileStore(file, join(this.home, 'state'))
    const update: FileStore['update'] = async (change) => {
      if (this.writeError !== undefined) throw this.writeError
      this.replacements += 1
      const result = await store.update(change)
      this.afterWrite?.()
      return result
    }
    return { ...store, update }
  }

  now(): Date {
    return new Date(this.nowMs)
  }

  /** An hour by default. */
  async login(profiles: string[], durationSeconds = 3600): Promise<void> {
    await this.agent.login({ profiles, tokenCode: this.nextCode(), durationSeconds })
  }

  /** As the daemon's clock does it: looks at every tick, and at the instant that was asked for. */
  async pass(seconds: number): Promise<void> {
    const end = this.nowMs + seconds * 1000
    while (this.nowMs < end) {
      const tick = (Math.floor((this.nowMs - start) / (tickSeconds * 1000)) + 1) * tickSeconds * 1000 + start
      const wish = this.wishedAt === undefined ? tick : Math.max(this.wishedAt.getTime(), this.nowMs + 1)
      this.nowMs = Math.min(tick, wish, end)
      await this.look()
    }
  }

  /** The same without the ticks, at which nothing happens that was not wished for. */
  async leap(seconds: number): Promise<void> {
    const end = this.nowMs + seconds * 1000
    while (this.nowMs < end) {
      const wish = Math.max(this.wishedAt?.getTime() ?? end, this.nowMs + 1)
      this.nowMs = Math.min(wish, end)
      await this.look()
    }
  }

  /** The computer sleeps: nothing runs, and the clock is later afterwards. */
  async sleep(seconds: number): Promise<void> {
    this.nowMs += seconds * 1000
    await this.look()
  }

  async look(): Promise<void> {
    this.agent.look()
    await this.settle()
  }

  /** Lets what has begun come to its end, other than a command that does not end. */
  async settle(): Promise<void> {
    const count = (message: string) => this.logged.filter((line) => line.includes(message)).length
    const isBusy = () =>
      !this.isCommandHanging &&
      (count(' a renewal begins ') > count(' renewed by itself ') + count(' a renewal failed ') ||
        count(' roles begin to renew ') > count(' roles end to renew '))
    do await new Promise((resolve) => setImmediate(resolve))
    while (isBusy())
  }

  /** Set by a test whose command does not end. */
  isCommandHanging = false

  /** Minutes and seconds since the start, with what was shown then. */
  titles(): string[] {
    return this.shown.map(({ at, title }) => `${at} ${title}`)
  }

  async close(): Promise<void> {
    await this.agent.close()
    rmSync(this.home, { recursive: true, force: true })
  }

  /** A code that was not given before. */
  nextCode(): string {
    this.codes += 1
    return String(100_000 + this.codes)
  }

  private codes = 0

  private readonly desktop: Desktop = {
    warnings: () => [],
    remind: async (request, respond, withdraw) => {
      const { title, isUrgent } = request.notification
      this.shown.push({ at: this.now().toISOString().slice(11, 19), title, urgent: isUrgent })
      let end: OnScreen['end'] = nothing
      let fail: OnScreen['fail'] = nothing
      const ended = new Promise<Awaited<Reminded['ended']>>((resolve, reject) => {
        end = resolve
        fail = reject
      })
      const onScreen = {
        request,
        respond,
        isWithdrawn: false,
        hasFailed: this.desktopError !== undefined,
        credentials: this.readCredentials(),
        end: (how: Awaited<Reminded['ended']>) => end(how),
        fail: (error: Error) => fail(error),
      }
      this.screen.push(onScreen)
      if (this.desktopError !== undefined) throw this.desktopError
      withdraw.addEventListener('abort', () => {
        onScreen.isWithdrawn = true
        end('withdrawn')
      })
      return { way: 'fake', ended }
    },
  }

  private issue(durationSeconds: number) {
    const { offsetSeconds } = this
    this.issued += 1
    const stsMs = this.nowMs + offsetSeconds * 1000
    const answer = {
      accessKeyId: `ASIA${String(this.issued).padStart(16, 'Z')}`,
      secretAccessKey: 'session/secret',
      sessionToken: 'token',
      expiration: new Date(stsMs + (this.lifeSeconds ?? durationSeconds) * 1000),
    }
    return { answer, host: this.stsHost, clockOffsetSeconds: offsetSeconds }
  }

  private readonly iam: Iam = {
    partitions,
    listMfaDevices: async ({ credentials: { accessKeyId } }) => {
      this.iamCalls.push(accessKeyId)
      const failure = this.iamFailures.shift()
      const host = 'iam.amazonaws.com'
      return failure === undefined ? { answer: this.iamDevices, host } : { failure: { host, ...failure } }
    },
    ...noAccessKeys,
  }

  private readonly sts: Sts = {
    partitions,
    getSessionToken: async ({ durationSeconds, credentials, serialNumber, tokenCode }) => {
      const { accessKeyId } = credentials
      this.stsCalls.push({ at: this.now().toISOString().slice(11, 19), accessKeyId, serialNumber, tokenCode })
      await this.whileStsAnswers?.()
      const failure = this.stsFailures.shift()
      if (failure !== undefined) return { failure: { host: 'sts.us-east-1.amazonaws.com', ...failure } }
      return this.issue(durationSeconds)
    },
    assumeRole: async ({ roleArn, credentials, durationSeconds, externalId, roleSessionName }) => {
      const { accessKeyId } = credentials
      const at = this.now().toISOString().slice(11, 19)
      this.roleCalls.push({ at, roleArn, accessKeyId, durationSeconds, externalId, roleSessionName })
      await this.whileStsAnswers?.()
      const failure = this.roleFailures.get(roleArn)
      return failure === undefined
        ? this.issue(durationSeconds)
        : { failure: { host: 'sts.us-east-1.amazonaws.com', ...failure } }
    },
    getCallerIdentity: async () => ({ answer: 'arn:aws:iam::111122223333:user/alice' }),
  }
}

const notAsked = () => Promise.reject(new Error('this world has no access keys to give'))
const noAccessKeys: Omit<Iam, 'partitions' | 'listMfaDevices'> = {
  createAccessKey: notAsked,
  listAccessKeys: notAsked,
  lastUsed: notAsked,
  deactivateAccessKey: notAsked,
  deleteAccessKey: notAsked,
}

const nothing = () => undefined

/** The result of a command that printed this. */
export function printed(output: string): CommandResult {
  return { end: { kind: 'exited', exitCode: 0 }, output: `${output}\n`, complaint: '' }
}

/** The result of a command that failed with this. */
export function failed(complaint: string, exitCode = 1): CommandResult {
  return { end: { kind: 'exited', exitCode }, output: '', complaint }
}

function logTo(lines: string[]): Log {
  const write = (level: string) => (facts: object, message: string) => {
    lines.push(`${level} ${message} ${JSON.stringify(facts)}`)
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

/** The keys of a user as a credential_process prints them. */
function keysAsJson(user: string): string {
  const AccessKeyId = `AKIA${user.toUpperCase().padEnd(16, 'X')}`
  return JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey: 'secret' })
}

class FakeKeyring implements Keyring {
  readonly items = new Map<string, string>()
  failure: KeyringFailure | undefined
  readonly asked: string[] = []

  read(item: string) {
    return this.answer(`read ${item}`, () => this.items.get(item))
  }

  write(item: string, secret: string) {
    return this.answer(`write ${item}`, (): true => {
      this.items.set(item, secret)
      return true
    })
  }

  remove(item: string) {
    return this.answer(`remove ${item}`, () => this.items.delete(item))
  }

  private async answer<T>(call: string, act: () => T): Promise<KeyringResult<T>> {
    this.asked.push(call)
    return this.failure === undefined ? { value: act() } : { failure: this.failure }
  }
}
