// The place of the socket, with real sockets.
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bindSocket } from '../../../src/daemon/socket/socket.ts'
import { userId } from '../../../src/edges/user.ts'

let directory: string
let path: string
const servers: Server[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mfad-socket-'))
  path = join(directory, 'mfad.sock')
})
afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  rmSync(directory, { recursive: true })
})

/** As the daemon with this pid. */
function bind(pid: number) {
  const server = createHttpServer()
  servers.push(server)
  return bindSocket(server, { path, pid, uid: userId(), isDefault: false })
}

describe('bindSocket', () => {
  it('binds a private socket at the path, and removes it', async () => {
    const socket = await bind(1)
    expect(lstatSync(path).isSocket()).toBe(true)
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
    expect(socket.isOurs()).toBe(true)
    socket.remove()
    expect(existsSync(path)).toBe(false)
  })

  it('refuses a place where somebody answers, and leaves nothing behind', async () => {
    const first = await bind(1)
    await expect(bind(2)).rejects.toMatchObject({ code: 'daemon.already-running' })
    expect(first.isOurs()).toBe(true)
    expect(existsSync(`${path}.2`)).toBe(false)
  })

  it("never removes a successor's socket", async () => {
    const first = await bind(1)
    rmSync(path)
    const second = await bind(2)
    expect(first.isOurs()).toBe(false)
    first.remove()
    for (const server of servers.splice(0, 1)) await new Promise((closed) => server.close(closed))
    expect(second.isOurs()).toBe(true)
  })

  it('replaces a socket that nobody listens at any more', async () => {
    const dead = createServer()
    await new Promise<void>((listening) => dead.listen(join(directory, 'dead'), listening))
    linkSync(join(directory, 'dead'), path)
    await new Promise((closed) => dead.close(closed))
    expect(lstatSync(path).isSocket()).toBe(true)
    const socket = await bind(1)
    expect(socket.isOurs()).toBe(true)
  })

  it('refuses a file, and leaves it', async () => {
    writeFileSync(path, 'mine')
    await expect(bind(1)).rejects.toMatchObject({ code: 'daemon.unsafe-socket' })
    expect(lstatSync(path).isFile()).toBe(true)
  })
})

describe('the directory of the socket', () => {
  it.each([
    [true, 'a link stands there'],
    [false, undefined],
  ])('is not followed through a link where it is mfad’s own (%s)', async (isDefault, why) => {
    const elsewhere = join(directory, 'elsewhere')
    mkdirSync(elsewhere, { mode: 0o755 })
    chmodSync(elsewhere, 0o755)
    symlinkSync(elsewhere, join(directory, 'mfad'))
    const server = createHttpServer()
    servers.push(server)
    const place = { path: join(directory, 'mfad/mfad.sock'), pid: 1, uid: userId(), isDefault }
    const bound = bindSocket(server, place)
    if (why === undefined) await expect(bound).resolves.toBeDefined()
    else
      await expect(bound).rejects.toMatchObject({
        code: 'daemon.unsafe-socket',
        message: expect.stringContaining(why),
      })
    // Nothing of the directory behind the link is changed.
    expect(lstatSync(elsewhere).mode & 0o777).toBe(0o755)
  })

  it('is refused where it belongs to another user', async () => {
    const server = createHttpServer()
    servers.push(server)
    const place = { path, pid: 1, uid: userId() + 1, isDefault: true }
    await expect(bindSocket(server, place)).rejects.toMatchObject({
      code: 'daemon.unsafe-socket',
      message: expect.stringContaining('it belongs to another user'),
    })
  })
})

// How it is used: test/support/service-story.sh.
describe('a socket that systemd hands over', () => {
  /** A server whose listening socket stands for systemd's, and its descriptor. */
  const listening = async (at: string) => {
    const server = createServer()
    await new Promise<void>((done) => server.listen(at, done))
    chmodSync(at, 0o600)
    return { server, fd: (server as unknown as { _handle: { fd: number } })._handle.fd }
  }
  const take = (fd: number) => {
    const server = createHttpServer((_request, response) => response.end('daemon'))
    servers.push(server)
    return bindSocket(server, { path, pid: 1, uid: userId(), isDefault: false }, fd)
  }

  it('is left alone where the settings name another place', async () => {
    const { server, fd } = await listening(join(directory, 'other.sock'))
    const socket = await take(fd)
    expect(socket.isOurs()).toBe(true)
    socket.remove()
    expect(existsSync(path)).toBe(false)
    server.close()
  })

  it('is refused where others can use it', async () => {
    const { server, fd } = await listening(path)
    chmodSync(path, 0o666)
    await expect(take(fd)).rejects.toMatchObject({ code: 'daemon.unsafe-socket' })
    server.close()
  })
})
