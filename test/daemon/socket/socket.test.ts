// The place of the socket, with real sockets.
import { existsSync, linkSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
