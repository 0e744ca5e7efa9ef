// The real daemon and command line where the credentials file stands in an odd place: on a full or read-only file system,
// mounted on its own, behind a symlink, with two names, protected, or another user's.

import { execFileSync, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { type MountNamespace, mountObstacle, openMountNamespace } from '../support/mount-namespace.ts'
import {
  aliceKeys,
  devConfig,
  devCredentials,
  type Ended,
  openSandbox,
  type Sandbox,
} from '../support/sandbox.ts'

const original = `# mine\n${devCredentials}\n[other]\nregion = eu-west-2 ; keep me\n`
const nobody = 65534

let sandbox: Sandbox
let directory: string
let file: string

beforeEach(async () => {
  sandbox = await openSandbox()
  file = sandbox.credentialsFile
  directory = dirname(file)
  sandbox.writeCredentials(original)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

type How = { node?: string; uid?: number; gid?: number }
const logIn = (how: How = {}) => sandbox.mfadWith(how, 'login', 'dev', sandbox.code())
const read = (path: string) => fs.readFileSync(path, 'utf8')
const inode = (path: string) => fs.statSync(path).ino
const recoveryCopies = () => {
  const state = join(sandbox.home, '.local/state/mfad')
  return fs.existsSync(state) ? fs.readdirSync(state).filter((name) => name.startsWith('recovery-')) : []
}
/** Old files are followed for 2 s, and have a second name for as long. */
const strays = (at: string) =>
  fs.readdirSync(at).filter((name) => name.includes('.mfad-') && !name.endsWith('.old'))

/** Logs in and out, and looks at the file after each, wherever it really is. */
async function logInAndOut(path: string, how: How = {}, warning = ''): Promise<void> {
  expect(await logIn(how)).toMatchObject({ exitCode: 0, stderr: warning })
  expect(read(path).slice(0, original.length)).toBe(original)
  expect(read(path)).toMatch(/\n\[dev-mfa\]\naws_access_key_id = ASIA/)
  expect(await sandbox.mfadWith(how, 'logout', 'dev')).toMatchObject({ exitCode: 0, stderr: warning })
  expect(read(path)).toBe(original)
  expect([strays(dirname(path)), recoveryCopies()]).toEqual([[], []])
}

function expectRefused({ exitCode, stdout, stderr }: Ended, fact: string, hint: string): void {
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 7,
    stdout: '',
    stderr: `mfad: ${fact}\n  → ${hint}\n`,
  })
}

describe('behind a symlink', () => {
  it('the file is replaced where it is, and the link stays', async () => {
    const dots = join(sandbox.home, 'dots')
    fs.mkdirSync(dots, { mode: 0o700 })
    fs.renameSync(file, join(dots, 'aws'))
    fs.symlinkSync('../dots/aws', file)
    await sandbox.startDaemon()
    await logInAndOut(join(dots, 'aws'))
    expect(fs.readlinkSync(file)).toBe('../dots/aws')
  })

  it('~/.aws is another directory, and the link stays', async () => {
    const real = join(sandbox.home, 'dots')
    fs.renameSync(directory, real)
    fs.symlinkSync('dots', directory)
    await sandbox.startDaemon()
    await logInAndOut(join(real, 'credentials'))
    expect(fs.readlinkSync(directory)).toBe('dots')
  })

  it('a missing file is created, in a missing directory', async () => {
    fs.unlinkSync(file)
    fs.symlinkSync('../dots/aws', file)
    sandbox.writeConfig(`${devConfig}${aliceKeys}`)
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: '' })
    const real = join(sandbox.home, 'dots/aws')
    expect(read(real)).toMatch(/^\[dev-mfa\]\naws_access_key_id = ASIA/)
    expect([real, dirname(real)].map((at) => fs.statSync(at).mode & 0o777)).toEqual([0o600, 0o700])
    expect(fs.readlinkSync(file)).toBe('../dots/aws')
  })
})

it('a file with two names is changed under both', async () => {
  const second = join(sandbox.home, 'second')
  fs.linkSync(file, second)
  const before = inode(file)
  await sandbox.startDaemon()
  await logInAndOut(second)
  expect([inode(file), inode(second)]).toEqual([before, before])
})

describe('as an ordinary user', () => {
  const user = { uid: nobody, gid: nobody }
  const requireRoot = (context: TestContext) => {
    if (process.getuid?.() !== 0) context.skip('only root can become another user')
    execFileSync('chown', ['-R', `${nobody}:${nobody}`, sandbox.home])
  }

  it('in a directory that takes no new files, the file is written where it stands', async (context) => {
    requireRoot(context)
    fs.chmodSync(directory, 0o500)
    const before = inode(file)
    await sandbox.startDaemon({}, user)
    await logInAndOut(file, user)
    expect(inode(file)).toBe(before)
  })

  it("root's file that the user's own group can write is written where it stands", async (context) => {
    requireRoot(context)
    fs.chownSync(file, 0, nobody)
    fs.chmodSync(file, 0o660)
    const before = inode(file)
    await sandbox.startDaemon({}, user)
    const warning = `mfad: warning: ${file} can be read by other users (mode 0660)\n  → chmod go-rwx ${file}\n`
    await logInAndOut(file, user, warning)
    const { ino, uid, gid, mode } = fs.statSync(file)
    expect([ino, uid, gid, mode & 0o777]).toEqual([before, 0, nobody, 0o660])
  })

  it("root's file that only root can write is refused before a code is used", async (context) => {
    requireRoot(context)
    fs.chownSync(file, 0, 0)
    fs.chmodSync(file, 0o644)
    await sandbox.startDaemon({}, user)
    const hint = `make it yours: sudo chown "$(id -u):$(id -g)" ${file}`
    expectRefused(await logIn(user), `${file} belongs to another user or group`, hint)
    expect([sandbox.codesSent(), read(file)]).toEqual([[], original])
  })

  it('a file with two names that may not be written is refused, with the way to allow it', async (context) => {
    requireRoot(context)
    fs.linkSync(file, join(sandbox.home, 'second'))
    fs.chmodSync(file, 0o400)
    await sandbox.startDaemon({}, user)
    expectRefused(
      await logIn(user),
      `${file} cannot be written, and no other file can take its place`,
      `chmod u+w ${file}`,
    )
    expect([sandbox.codesSent(), read(file)]).toEqual([[], original])
  })
})

describe('a file that the system protects', () => {
  afterEach(() => spawnSync('chattr', ['-i', '-a', file]))
  const protect = (context: TestContext, flag: string) => {
    const { status, stderr } = spawnSync('chattr', [flag, file], { encoding: 'utf8' })
    if (status === 0) return
    // A file system without such flags, or a container that may not set them: nothing that CI could install.
    process.stderr.write(`SKIPPED ${context.task.name}: chattr ${flag}: ${stderr}\n`)
    context.skip(`chattr ${flag} does not work here`)
  }
  const fact = () =>
    `${file} cannot be written: it or its directory is immutable, append-only or another user's`
  const hint = () => `see which: lsattr -d ${directory} ${file} (on macOS: ls -ldO)`

  it('from every change is refused before a code is used', async (context) => {
    protect(context, '+i')
    await sandbox.startDaemon()
    expectRefused(await logIn(), fact(), hint())
    expect([sandbox.codesSent(), read(file), strays(directory)]).toEqual([[], original, []])
  })

  it('but for what is appended gets a session, which cannot be removed again', async (context) => {
    protect(context, '+a')
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: '' })
    const after = read(file)
    expect(after).toMatch(/\n\[dev-mfa\]\naws_access_key_id = ASIA/)
    expectRefused(await sandbox.mfad('logout', 'dev'), fact(), hint())
    expect([read(file), strays(directory), recoveryCopies()]).toEqual([after, [], []])
  })
})

const obstacle = mountObstacle()
const mayBeMissing = !process.env.CI

describe.skipIf(obstacle !== undefined && mayBeMissing)(
  `among mounts${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  () => {
    let mounts: MountNamespace
    let how: How
    beforeEach(async () => {
      if (obstacle !== undefined) throw new Error(obstacle)
      mounts = await openMountNamespace()
      how = { node: mounts.node }
    })
    afterEach(() => mounts.close())

    /** Moves ~/.aws onto a small file system of its own; where it is then for us. */
    const mountSmall = () => {
      const copy = join(sandbox.home, 'copy')
      fs.renameSync(directory, copy)
      fs.mkdirSync(directory, { mode: 0o700 })
      mounts.run('mount', '-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', directory)
      mounts.run('cp', '-p', join(copy, 'credentials'), join(copy, 'config'), directory)
      return mounts.outside(directory)
    }
    const fillUp = (at: string) => {
      const descriptor = fs.openSync(join(at, 'filler'), 'w')
      expect(() => {
        for (;;) fs.writeSync(descriptor, Buffer.alloc(4096))
      }).toThrow(expect.objectContaining({ code: 'ENOSPC' }))
      fs.closeSync(descriptor)
    }
    const expectNoSpace = ({ exitCode, stdout, stderr }: Ended) => {
      expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: '' })
      expect(stderr).toContain(`mfad: no space is left to write ${file}`)
      expect(stderr).toContain(`free some space`)
    }

    it.each(['replaced', 'written where it stands'])(
      'on a full disk, the file that is to be %s is left as it was, until there is space',
      async (what) => {
        const small = mountSmall()
        const path = join(small, 'credentials')
        // Its last page has room for some of what is appended, and not for all.
        const comment = `# ${'x'.repeat(4096 - original.length - 100)}\n`
        fs.appendFileSync(path, comment)
        if (what !== 'replaced') fs.linkSync(path, join(small, 'second'))
        await sandbox.startDaemon({}, how)
        fillUp(small)
        const [before, names] = [inode(path), fs.readdirSync(small)]
        expectNoSpace(await logIn(how))
        expect(read(path)).toBe(original + comment)
        expect([inode(path), fs.readdirSync(small), recoveryCopies()]).toEqual([before, names, []])
        fs.unlinkSync(join(small, 'filler'))
        const { exitCode } = await sandbox.mfadWith(how, 'login', 'dev', sandbox.nextCode())
        expect(exitCode).toBe(0)
        expect(read(path).slice(0, original.length + comment.length)).toBe(original + comment)
        expect(read(path)).toMatch(/\n\[dev-mfa\]\naws_access_key_id = ASIA/)
        expect([strays(small), recoveryCopies()]).toEqual([[], []])
      },
    )

    it('on a read-only file system, login is refused before a code is used', async () => {
      const small = mountSmall()
      await sandbox.startDaemon({}, how)
      mounts.run('mount', '-o', 'remount,ro', directory)
      expectRefused(
        await logIn(how),
        `${file} is on a read-only file system`,
        `set credentials_file (or config_file) to a path on another one; what is mounted: findmnt -T ${file}`,
      )
      expect([sandbox.codesSent(), read(join(small, 'credentials'))]).toEqual([[], original])
    })

    it('on a read-only file system, a missing ~/.aws is refused as such', async () => {
      mountSmall()
      mounts.run('rm', '-r', join(directory, 'credentials'))
      const missing = join(directory, 'missing/credentials')
      sandbox.writeSettings(`[mfad]\ncredentials_file = ${missing}\nconfig_file = ${sandbox.home}/config\n`)
      fs.writeFileSync(join(sandbox.home, 'config'), `${devConfig}${aliceKeys}`, { mode: 0o600 })
      await sandbox.startDaemon({}, how)
      mounts.run('mount', '-o', 'remount,ro', directory)
      const { exitCode, stderr } = await logIn(how)
      expect([exitCode, stderr.split('\n')[0]]).toEqual([
        7,
        `mfad: ${dirname(missing)} is on a read-only file system`,
      ])
      expect(sandbox.codesSent()).toEqual([])
    })

    describe('a file that is mounted on its own', () => {
      let volume: string
      beforeEach(() => {
        volume = join(sandbox.home, 'volume')
        fs.renameSync(file, volume)
        fs.writeFileSync(file, '')
        mounts.run('mount', '--bind', volume, file)
      })

      it('is written where it stands, and logout gives the original bytes back', async () => {
        const before = inode(volume)
        await sandbox.startDaemon({}, how)
        await logInAndOut(volume, how)
        expect([inode(volume), read(file)]).toEqual([before, ''])
      })

      it('is whole again after kill -9 in the middle of a write, once the daemon is back', async (context) => {
        if (spawnSync('strace', ['-V']).status !== 0) {
          if (process.env.CI) throw new Error('strace is not installed')
          context.skip('NOT TESTED: install strace')
        }
        const before = inode(volume)
        const first = await sandbox.startDaemon({}, how)
        expect(await logIn(how)).toMatchObject({ exitCode: 0, stderr: '' })
        await first.stop()
        const killed = await sandbox.startDaemon({}, { node: killedAt('ftruncate', volume) })
        const { exitCode } = await sandbox.mfadWith(how, 'logout', 'dev')
        expect(exitCode).toBe(3)
        await killed.ended()
        expect([read(volume).length > original.length, recoveryCopies().length]).toEqual([true, 1])
        const next = await sandbox.startDaemon({}, how)
        expect((await sandbox.mfadWith(how, 'status')).exitCode).toBe(0)
        expect([read(volume), recoveryCopies(), inode(volume)]).toEqual([original, [], before])
        expect(next.log()).toContain('completed an interrupted write of the credentials file')
      })

      it('is refused before a code is used where it is mounted read-only', async () => {
        mounts.run('mount', '-o', 'remount,ro,bind', file)
        await sandbox.startDaemon({}, how)
        const { exitCode, stderr } = await logIn(how)
        expect([exitCode, stderr.split('\n')[0]]).toEqual([7, `mfad: ${file} is on a read-only file system`])
        expect([sandbox.codesSent(), read(volume), strays(directory)]).toEqual([[], original, []])
      })
    })

    it('on an overlay, as in a container, the file of the image is left, and the upper one replaced', async (context) => {
      const layers = join(sandbox.home, 'layers')
      const [lower, upper] = [join(layers, 'lower'), join(layers, 'upper')]
      fs.mkdirSync(layers)
      mounts.run('mount', '-t', 'tmpfs', 'tmpfs', layers)
      mounts.run('mkdir', '-m', '700', lower, upper, join(layers, 'work'))
      mounts.run('cp', '-p', file, join(directory, 'config'), lower)
      const options = `lowerdir=${lower},upperdir=${upper},workdir=${join(layers, 'work')}`
      try {
        mounts.run('mount', '-t', 'overlay', '-o', options, 'overlay', directory)
      } catch (error) {
        process.stderr.write(`SKIPPED ${context.task.name}: ${error}\n`)
        return context.skip('no overlay can be mounted here')
      }
      await sandbox.startDaemon({}, how)
      await logInAndOut(join(mounts.outside(directory), 'credentials'), how)
      expect(read(join(mounts.outside(lower), 'credentials'))).toBe(original)
    })

    const killedAt = (call: string, path: string) => {
      const script = join(sandbox.home, 'killed-node')
      const trace = `strace -D -f -o /dev/null -P ${path} -P ${file} -e inject=${call}:signal=KILL:when=1`
      const [enter] = read(mounts.node).split(process.execPath)
      fs.writeFileSync(script, `${enter?.trimEnd()} ${trace} ${process.execPath} "$@"\n`, { mode: 0o755 })
      return script
    }
  },
)
