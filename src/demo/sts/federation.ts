// The federation endpoint of the AWS console, beside STS: credentials in, a token for a link out, and the link itself.
import { randomBytes, randomUUID } from 'node:crypto'
import { callerArn, type Keyring } from './accounts.ts'
import { type Answer, StsError } from './answers.ts'
import type { QueryRequest } from './requests.ts'
import { isEqual } from './sigv4.ts'

export type Federation = {
  /** Undefined where the request is not for this endpoint. */
  answer(
    request: QueryRequest,
    now: Date,
  ): { answer: Answer; outcome: string; accessKeyId: string } | undefined
}

const linkMs = 15 * 60 * 1000

export function createFederation(keyring: Pick<Keyring, 'find'>): Federation {
  const links = new Map<string, { arn: string; until: number }>()
  const getSignInToken = ({ method, parameters }: QueryRequest, now: Date) => {
    const session = readSession(parameters.get('Session') ?? '')
    const refuse = (outcome: string) => ({ ...page(400, outcome), accessKeyId: session.sessionId })
    // AWS takes a GET as well; credentials in a URL would stand in logs.
    if (method !== 'POST') return refuse('not a POST')
    try {
      const { secretAccessKey, caller } = keyring.find(session.sessionId, session.sessionToken, now)
      if (!isEqual(secretAccessKey, session.sessionKey)) return refuse('Invalid credentials parameter')
      if (caller.kind !== 'role-session')
        return refuse(
          'Only federation tokens or assume role tokens may be used for federated login. Please contact your administrator.',
        )
      const token = randomBytes(300).toString('base64url')
      links.set(token, { arn: callerArn(caller), until: now.getTime() + linkMs })
      const body = JSON.stringify({ SigninToken: token })
      return { ...answerOf(200, 'application/json', body), outcome: 'OK', accessKeyId: session.sessionId }
    } catch (error) {
      if (!(error instanceof StsError)) throw error
      return refuse(error.code)
    }
  }
  const login = ({ parameters }: QueryRequest, now: Date) => {
    const link = links.get(parameters.get('SigninToken') ?? '')
    const isGood = link !== undefined && link.until > now.getTime()
    const text = `signed in as ${link?.arn} at ${parameters.get('Destination')}`
    return { ...(isGood ? page(200, text, 'OK') : page(400, 'the link has expired')), accessKeyId: '' }
  }
  return {
    answer(request, now) {
      if (!/^\/federation(?:\?|$)/.test(request.target)) return undefined
      if (request.action === 'getSigninToken') return getSignInToken(request, now)
      if (request.action === 'login') return login(request, now)
      return { ...page(400, 'Invalid action'), accessKeyId: '' }
    },
  }
}

type Session = { sessionId: string; sessionKey: string; sessionToken: string }

function readSession(text: string): Session {
  try {
    const { sessionId = '', sessionKey = '', sessionToken = '' } = JSON.parse(text) as Partial<Session>
    return {
      sessionId: String(sessionId),
      sessionKey: String(sessionKey),
      sessionToken: String(sessionToken),
    }
  } catch {
    return { sessionId: '', sessionKey: '', sessionToken: '' }
  }
}

function page(status: number, text: string, outcome = text): { answer: Answer; outcome: string } {
  const body = `<!DOCTYPE html><html><body>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</body></html>`
  return { ...answerOf(status, 'text/html', body), outcome }
}

function answerOf(status: number, contentType: string, body: string): { answer: Answer } {
  return { answer: { status, contentType, requestId: randomUUID(), body } }
}
