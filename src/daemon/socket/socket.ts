// The daemon's place in the file system. The socket is bound under a name of its own, made private, and renamed into
// place once nobody answers at the old one; so a daemon that ends never removes its successor's. One that systemd has
// bound is used as it is, and stays when the daemon ends.
import { chmodSync, lstatSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import type { Server } from 'node:http'
import { createConnection } from 'node:net'
import { basename, dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { inheritedPath } from '../../edges/inherited-socket.ts'
import { makeOwnDirectory, type OwnFile, ownFileError } from '../../edges/own-files.ts'
import { checkSocketPath, fitsSocketPath } from '../../edges/socket-path.ts'

export type BoundSocket = {
  /** Does the path still lead to this daemon's socket? */
  isOurs(): boolean
  /** Removes the path, if it is still ours. */
  remove(): void
}

const askLimitMs = 2000

type Place = {
  path: string
  pid: number
  uid: number
  /** Is its directory mfad's own, and not one that the user has chosen? */
  isDefault: boolean
}

/**
 * Binds `server` to the path, or has it listen on the socket that this process has inherited, where that is at the path.
 * Throws daemon.already-running, daemon.socket-path, daemon.unsafe-socket and daemon.socket-unusable.
 */
export async function bindSocket(server: Server, place: Place, inherited?: number): Promise<BoundSocket> {
  checkSocketPath(place.path)
  const file: OwnFile = {
    code: 'daemon.socket-unusable',
    what: 'the socket',
    path: place.path,
    elsewhere: 'choose another place with MFAD_SOCKET or the setting socket',
  }
  try {
    prepareDirectory(file, place)
    const taken = inherited === undefined ? undefined : await takeOver(server, place, inherited)
    return taken ?? (await bind(server, place))
  } catch (error) {
    throw ownFileError(file, error)
  }
}

/** Undefined where systemd listens elsewhere (the settings have changed since `mfad install`) or its socket is gone. */
async function takeOver(server: Server, { path, uid }: Place, fd: number): Promise<BoundSocket | undefined> {
  const standing = statusOf(path)
  const listensAt = inheritedPath(fd) ?? path
  if (standing === undefined || listensAt !== path) return undefined
  if (!isPrivate(standing, uid)) throw unsafe(path, 'others can use it')
  await listenAt(server, { fd })
  // It is systemd's, who listens there for the next daemon.
  return { isOurs: () => isSame(standing, statusOf(path)), remove: () => undefined }
}

async function bind(server: Server, { path, pid, uid }: Place): Promise<BoundSocket> {
  const ownPath = `${path}.${pid}`
  rmSync(ownPath, { force: true })
  await listen(server, ownPath)
  try {
    chmodSync(ownPath, 0o600)
    const bound = lstatSync(ownPath)
    if (!isPrivate(bound, uid)) throw unsafe(path, 'its mode could not be set')
    await requireVacant(path)
    renameSync(ownPath, path)
    const isOurs = () => isSame(bound, statusOf(path))
    return {
      isOurs,
      remove() {
        if (isOurs()) rmSync(path, { force: true })
      },
    }
  } catch (error) {
    server.close()
    rmSync(ownPath, { force: true })
    throw error
  }
}

/**
 * Where our own name, `mfad.sock.1234`, is too long for a socket and `mfad.sock` is not, it is bound from inside its
 * directory.
 */
async function listen(server: Server, path: string): Promise<void> {
  if (fitsSocketPath(path)) return listenAt(server, { path })
  process.chdir(dirname(path))
  try {
    await listenAt(server, { path: basename(path) })
  } finally {
    process.chdir('/')
  }
}

function listenAt(server: Server, where: { path: string } | { fd: number }): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** A directory that we make is private; one that stands must be the user's own and not be writable by others. */
function prepareDirectory(file: OwnFile, { uid, isDefault }: Place): void {
  const directory = dirname(file.path)
  if (makeOwnDirectory(file)) chmodSync(directory, 0o700)
  const link = lstatSync(directory)
  if (link.isSymbolicLink() && (isDefault || link.uid !== uid))
    throw unsafe(directory, isDefault ? 'a link stands there' : 'a link of another user stands there')
  const stat = statSync(directory)
  if (stat.uid !== uid) throw unsafe(directory, 'it belongs to another user')
  if (isDefault) chmodSync(directory, 0o700)
  else if ((stat.mode & 0o022) !== 0) throw unsafe(directory, 'others can write to it')
}

function unsafe(path: string, why: string): AppError {
  return new AppError(
    'daemon.unsafe-socket',
    `${path} is no safe place for the socket: ${why}`,
    'choose another one with MFAD_SOCKET',
  )
}

/** Throws when somebody answers at the path, or what is there is no socket. A dead socket is vacant. */
async function requireVacant(path: string): Promise<void> {
  const standing = lstatSync(path, { throwIfNoEntry: false })
  if (standing === undefined) return
  if (!standing.isSocket()) throw unsafe(path, 'something that is no socket stands there')
  const isAnswered = await isConnectable(path)
  if (!isAnswered) return
  throw new AppError(
    'daemon.already-running',
    `a daemon is already running at ${path}`,
    'look at it with: mfad status',
  )
}

function isConnectable(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(path)
    connection.setTimeout(askLimitMs, () => finish(true))
    const finish = (answer: boolean) => {
      connection.destroy()
      resolve(answer)
    }
    connection.once('connect', () => finish(true))
    // A full backlog (EAGAIN) means that somebody is there.
    connection.once('error', (error: NodeJS.ErrnoException) => finish(error.code === 'EAGAIN'))
  })
}

/** What stands there; undefined also where it cannot be seen. */
function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function isPrivate(status: Stats, uid: number): boolean {
  return status.isSocket() && status.uid === uid && (status.mode & 0o777) === 0o600
}

function isSame(left: Stats, right: Stats | undefined): boolean {
  return right !== undefined && left.ino === right.ino && left.dev === right.dev
}
