// An AWS STS of our own on the loopback interface, and what of IAM goes with it, for `mfad demo` and for tests. It speaks AWS's
// Query protocol, verifies signatures and MFA codes, and fails on request, so that real clients (the AWS CLI, boto3, the SDKs)
// can be pointed at it.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type AccessKeys,
  type Caller,
  callerArn,
  createKeyring,
  type IssuedCredentials,
  invalidToken,
  type Keyring,
  type StsRole,
  type StsUser,
} from './accounts.ts'
import type { ActionDeps } from './action.ts'
import { actions } from './actions.ts'
import { type Answer, errorAnswer, resultAnswer, StsError } from './answers.ts'
import { type Fault, failUnevaluated, isEvaluated, send, sendThrough } from './faults.ts'
import { createFederation, type Federation } from './federation.ts'
import { createMfaDevices, type MfaDevices } from './mfa-devices.ts'
import { partitionOfArn, partitionOfRegion } from './partitions.ts'
import { checkAction, claimedAccessKeyId, type QueryRequest, readRequest } from './requests.ts'
import { checkSignature, readAuthorization } from './sigv4.ts'

export type { MfaDevice, StsRole, StsUser } from './accounts.ts'
export type { Fault } from './faults.ts'

/** `outcome` is `OK`, AWS's error code, or the kind of the fault that kept STS from evaluating the request. */
type StsCall = { action: string; accessKeyId: string; outcome: string; durationSeconds?: number }

export type EmbeddedSts = {
  /** `http://127.0.0.1:PORT` */
  endpoint: string
  /** The code that the device shows at an instant, by default now. The phone's clock is right: it is STS's. */
  tokenCode(serialNumber: string, at?: Date): string
  /** For the next `times` requests, by default until it is changed. */
  setFault(fault: Fault, times?: number): void
  /** Overrides the lifetime of the sessions issued from now on; undefined: as long as the caller asks for. */
  setSessionSeconds(seconds: number | undefined): void
  /** How far STS's own clock is ahead of ours. */
  setClockOffsetSeconds(seconds: number): void
  /** Deactivates a user's access key, or activates it again. Sessions issued before live on. */
  setActive(accessKeyId: string, isActive: boolean): void
  /** AWS ends every session before its time: it answers ExpiredToken for those issued so far. */
  endSessions(): void
  /** How long an access key that is created from now on takes to be known; none by default. */
  setSpreadingSeconds(seconds: number): void
  accessKeysOf(userArn: string): ReturnType<AccessKeys['of']>
  /** Every request so far, without secrets or codes. `durationSeconds` is what was asked, absent if nothing was. */
  readonly calls: readonly StsCall[]
  /** Everything secret that was issued, so that tests can look for it where it must not be. */
  readonly issued: readonly IssuedCredentials[]
  /** Drops every connection, answered or not. */
  close(): Promise<void>
}

export type EmbeddedStsOptions = { users: StsUser[]; roles?: StsRole[]; port?: number; now?: () => Date }

/** What the setters change. */
type Settings = {
  fault: Fault
  faultTimes: number
  sessionSeconds: number | undefined
  clockOffsetSeconds: number
}

type Sts = {
  users: readonly StsUser[]
  roles: readonly StsRole[]
  keyring: Keyring
  devices: MfaDevices
  federation: Federation
  settings: Settings
  calls: StsCall[]
  now(): Date
}

/** Serves until `close`. `port` is any free one by default; `now` is the machine's clock. */
export async function startEmbeddedSts(options: EmbeddedStsOptions): Promise<EmbeddedSts> {
  const sts = createSts(options)
  const server = createServer((incoming, response) => {
    // A client that hangs up in the middle must not end the server; nobody is left to tell.
    handle(sts, incoming, response).catch(() => response.destroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const closed = once(server, 'close')
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls: sts.calls,
    issued: sts.keyring.issued,
    ...controlsOf(sts),
    close: () => close(server, closed),
  }
}

function createSts({ users, roles = [], now = () => new Date() }: EmbeddedStsOptions): Sts {
  const settings: Settings = {
    fault: { kind: 'none' },
    faultTimes: 0,
    sessionSeconds: undefined,
    clockOffsetSeconds: 0,
  }
  const keyring = createKeyring(users)
  return {
    users,
    roles,
    settings,
    keyring,
    federation: createFederation(keyring),
    devices: createMfaDevices(users),
    calls: [],
    now: () => new Date(now().getTime() + settings.clockOffsetSeconds * 1000),
  }
}

function controlsOf(sts: Sts): Omit<EmbeddedSts, 'endpoint' | 'calls' | 'issued' | 'close'> {
  const { settings } = sts
  return {
    tokenCode: (serialNumber, at = sts.now()) => sts.devices.tokenCode(serialNumber, at),
    setFault: (fault, times = Number.POSITIVE_INFINITY) => {
      Object.assign(settings, { fault, faultTimes: times })
    },
    setSessionSeconds: (seconds) => {
      settings.sessionSeconds = seconds
    },
    setClockOffsetSeconds: (seconds) => {
      settings.clockOffsetSeconds = seconds
    },
    endSessions: () => sts.keyring.endSessions(),
    setActive: (accessKeyId, isActive) => sts.keyring.accessKeys.setActive(accessKeyId, isActive),
    setSpreadingSeconds: (seconds) => sts.keyring.setSpreadingSeconds(seconds),
    accessKeysOf: (userArn) => sts.keyring.accessKeys.of(userArn),
  }
}

async function handle(sts: Sts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('date', sts.now().toUTCString())
  let request: QueryRequest
  try {
    request = await readRequest(incoming)
  } catch (error) {
    if (!(error instanceof StsError)) throw error
    response.setHeader('connection', 'close')
    return send(response, errorAnswer('sts', error))
  }
  const fault = nextFault(sts.settings)
  if (!isEvaluated(fault)) {
    record(sts, request, fault.kind)
    return await failUnevaluated(fault, request.service, response)
  }
  const federated = sts.federation.answer(request, sts.now())
  if (federated !== undefined) {
    const { accessKeyId, outcome, answer } = federated
    sts.calls.push({ action: request.action, accessKeyId, outcome })
    return await sendThrough(fault, answer, response)
  }
  const { answer, outcome } = evaluate(sts, request, fault)
  record(sts, request, outcome)
  await sendThrough(fault, answer, response)
}

function nextFault(settings: Settings): Fault {
  if (settings.faultTimes <= 0) return { kind: 'none' }
  settings.faultTimes -= 1
  return settings.fault
}

/** In AWS's order: the action, the signature, then the call itself, which alone can use up a code. */
function evaluate(sts: Sts, request: QueryRequest, fault: Fault): { answer: Answer; outcome: string } {
  const { action, service, parameters } = request
  const now = sts.now()
  try {
    checkAction(request)
    const caller = authenticate(sts, request, now)
    const result = actions[action]?.run({ caller, parameters, now }, actionDeps(sts, fault)) ?? []
    return { answer: resultAnswer(service, action, result), outcome: 'OK' }
  } catch (error) {
    if (!(error instanceof StsError)) throw error
    return { answer: errorAnswer(service, error), outcome: error.code }
  }
}

function authenticate(sts: Sts, request: QueryRequest, now: Date): Caller {
  const authorization = readAuthorization(request)
  const sessionToken = request.headers['x-amz-security-token']?.[0]
  const key = sts.keyring.find(authorization.accessKeyId, sessionToken, now)
  if (partitionOfArn(callerArn(key.caller)) !== partitionOfRegion(authorization.region)) throw invalidToken()
  checkSignature(request, authorization, key.secretAccessKey, request.service, now)
  return key.caller
}

function actionDeps({ users, roles, devices, keyring, settings }: Sts, fault: Fault): ActionDeps {
  return {
    users,
    roles,
    devices,
    accessKeys: keyring.accessKeys,
    issue: (caller, durationSeconds, now) => {
      const lifetimeMs = (settings.sessionSeconds ?? durationSeconds) * 1000
      const expiration = new Date(Math.floor((now.getTime() + lifetimeMs) / 1000) * 1000)
      const issued = {
        ...keyring.issue(caller, expiration),
        expiration: expiration.toISOString().replace('.000', ''),
      }
      return fault.kind === 'answer' ? { ...issued, ...fault.credentials } : issued
    },
  }
}

function record({ calls }: Sts, request: QueryRequest, outcome: string): void {
  const asked = request.parameters.get('DurationSeconds')
  calls.push({
    action: request.action,
    accessKeyId: claimedAccessKeyId(request),
    outcome,
    ...(asked === undefined ? {} : { durationSeconds: Number(asked) }),
  })
}

function close(server: Server, closed: Promise<unknown>): Promise<void> {
  server.close()
  server.closeAllConnections()
  return closed.then(() => undefined)
}
