// The secret behind the tokens of the container endpoint: a file of ours for the user alone. It outlives every start, since the
// programs that were given a token do so too; whoever wants new tokens says so.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { failureOf } from './files/disk/system.ts'
import { makeOwnDirectory, type OwnFile, orSay } from './own-files.ts'
import { type Environment, stateDirectory } from './paths.ts'
import { userId } from './user.ts'

const secretForm = /^[0-9a-f]{64}\n$/

/** The secret as it stands in the file; one is made where there is none. Throws daemon.endpoint-secret. */
export function endpointSecret(environment: Environment): string {
  const file = secretFile(environment)
  makeOwnDirectory(file)
  return orSay(file, () => read(file) ?? made(file))
}

function made(file: OwnFile): string {
  make(file, 'unless-there')
  const secret = read(file)
  if (secret !== undefined) return secret
  throw new AppError(file.code, `${file.what} ${file.path} went as it was made`, 'try again')
}

/** Every token that was given out is worthless from then on. Throws daemon.endpoint-secret. */
export function renewEndpointSecret(environment: Environment): void {
  const file = secretFile(environment)
  makeOwnDirectory(file)
  orSay(file, () => make(file, 'in-its-place'))
}

/** The token of a profile: each has its own, and none leads to the secret or to another one. */
export function endpointToken(secret: string, profile: string): string {
  return createHmac('sha256', secret).update(`token\0${profile}`).digest('base64url')
}

/** Shows who has the secret, without giving any of it away, nor a token. It counts on this port alone, so it can't be passed on. */
export function endpointProof(secret: string, port: number, nonce: string): string {
  return createHmac('sha256', secret).update(`proof\0${port}\0${nonce}`).digest('hex')
}

/** In constant time: how much of it is right must not show. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

function secretFile(environment: Environment): OwnFile {
  return {
    code: 'daemon.endpoint-secret',
    what: 'the secret of the endpoint',
    path: join(stateDirectory(environment), 'endpoint-secret'),
    elsewhere: 'have it elsewhere with XDG_STATE_HOME',
  }
}

/** Undefined where there is none. What somebody else could have read or written is no secret. */
function read(file: OwnFile): string | undefined {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants
  let descriptor: number
  try {
    descriptor = fs.openSync(file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const { mode, uid, size } = fs.fstatSync(descriptor)
    const isPrivate = (mode & 0o170077) === fs.constants.S_IFREG && uid === userId()
    const text = isPrivate && size < 100 ? fs.readFileSync(descriptor, 'latin1') : ''
    if (secretForm.test(text)) return text.trim()
  } finally {
    fs.closeSync(descriptor)
  }
  throw new AppError(
    file.code,
    `${file.what} ${file.path} is damaged, or is not yours alone`,
    'make another one, and new tokens, with: mfad serve --new-tokens',
  )
}

/** Whole from the first instant on: another process may be doing the same. */
function make({ path }: OwnFile, how: 'unless-there' | 'in-its-place'): void {
  const temp = `${path}.${process.pid}`
  fs.rmSync(temp, { force: true })
  try {
    fs.writeFileSync(temp, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
    if (how === 'in-its-place') fs.renameSync(temp, path)
    else if (!fs.existsSync(path)) fs.linkSync(temp, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    failureOf(() => fs.rmSync(temp, { force: true }))
  }
}
