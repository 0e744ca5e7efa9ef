// The routes: what each request means to the agent. No secret ever crosses the socket.
import { AppError } from '../../core/errors.ts'
import {
  readKeysRequest,
  readLoginRequest,
  readNotifyTestRequest,
  readProfileEdit,
  readProfileRequest,
  readSnoozeRequest,
  readStatusTextRequest,
  readWaitRequest,
  type Status,
  type Warning,
} from '../../core/wire.ts'
import type { Agent } from '../agent.ts'
import type { Routes } from './http-server.ts'
import type { StatusPolls } from './status-polls.ts'
import { type StatusTextDeps, statusTextOf } from './status-text.ts'

/** Login and renew are answered within this; what they began goes on to its end. */
const loginLimitMs = 90_000
/** A keyring may wait for its password three times, a minute each. */
const keysLimitMs = 240_000

/** `polls` and `text` answer with the status of `wholeStatus`. */
export function createRoutes(agent: Agent, polls: StatusPolls, text: StatusTextDeps): Routes {
  return {
    'GET /v1/status': (_, { query, gone }) => polls.answer(query, gone),
    'POST /v1/status-text': (body) => statusTextOf(text, readStatusTextRequest(body)),
    'POST /v1/login': (body) => within(loginLimitMs, agent.login(readLoginRequest(body))),
    'POST /v1/renew': (body) => within(loginLimitMs, agent.renew(readProfileRequest(body))),
    'POST /v1/logout': (body) => within(loginLimitMs, agent.logout(readProfileRequest(body))),
    'POST /v1/devices': (body) => within(loginLimitMs, agent.devices(readProfileRequest(body))),
    'POST /v1/keys': (body) => within(keysLimitMs, agent.moveKeys(readKeysRequest(body))),
    'POST /v1/identity': (body) => within(loginLimitMs, agent.identity(readProfileRequest(body))),
    'POST /v1/profile': (body) => within(loginLimitMs, agent.editProfile(readProfileEdit(body))),
    'POST /v1/snooze': (body) => agent.snooze(readSnoozeRequest(body)),
    'POST /v1/wait': (body, { gone }) => agent.wait(readWaitRequest(body), gone),
    'POST /v1/notify-test': (body) => agent.notifyTest(readNotifyTestRequest(body)),
  }
}

/** `ownWarnings` are about the daemon itself; those of the agent are about the files. */
export function wholeStatus(agent: Pick<Agent, 'status'>, ownWarnings: () => readonly Warning[]): Status {
  // First, since it looks at the files and the settings: so the daemon's own warnings are about what stands there now.
  const status = agent.status()
  return { ...status, warnings: [...ownWarnings(), ...status.warnings] }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLong()), limitMs)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

function tooLong(): AppError {
  return new AppError(
    'network.timeout',
    'the daemon is still waiting for an answer from elsewhere',
    'look later with: mfad status',
  )
}
