// Who may have written what steers a key, a code or a command. The file system is a table of modes and owners, so that
// nobody has to be root.
import { beforeEach, describe, expect, it } from 'vitest'
import type { FileSystem } from '../../../../src/edges/files/disk/system.ts'
import { createTrust } from '../../../../src/edges/files/disk/trust.ts'
import { thrownBy } from '../../../support/thrown.ts'

const alice = { uid: 1000, gid: 1000 }
const [root, bob] = [0, 1001]
const config = '/home/alice/.aws/config'

type Node = { kind: 'file' | 'directory' | 'link'; mode: number; uid: number; gid: number; target: string }

let nodes: Map<string, Node>
let changes: number
let acls: Record<string, string>
let asked: string[]

/** A file, or a directory where `path` ends so. */
function make(path: string, mode: number, uid = alice.uid, gid = uid): void {
  const kind = path.endsWith('/') ? 'directory' : 'file'
  nodes.set(path.replace(/(.)\/$/, '$1'), { kind, mode, uid, gid, target: '' })
  changes++
}

function link(target: string, path: string, uid = alice.uid): void {
  nodes.set(path, { kind: 'link', mode: 0o777, uid, gid: uid, target })
}

function nodeAt(path: string): Node {
  const node = nodes.get(path)
  if (node !== undefined) return node
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
}

/** What is asked of a file system, with any modes and owners. */
const fs = {
  lstatSync(path: string) {
    const { kind, mode, uid, gid } = nodeAt(path)
    return {
      isSymbolicLink: () => kind === 'link',
      mode: BigInt(mode),
      uid: BigInt(uid),
      gid: BigInt(gid),
      dev: 1n,
      ino: BigInt([...nodes.keys()].indexOf(path)),
      ctimeNs: BigInt(changes),
    }
  },
  readlinkSync: (path: string) => nodeAt(path).target,
} as unknown as FileSystem

beforeEach(() => {
  nodes = new Map()
  changes = 0
  acls = {}
  asked = []
  for (const directory of ['/', '/home/', '/nix/', '/nix/store/']) make(directory, 0o755, root)
  make('/home/alice/', 0o755)
  make('/home/bob/', 0o755, bob)
  make('/home/alice/.aws/', 0o700)
  make('/tmp/', 0o1777, root)
  make(config, 0o600)
})

const trust = (identity = alice) =>
  createTrust(fs, identity, (path) => {
    asked.push(path)
    return acls[path]
  })
const refusal = (path = config, identity = alice) => {
  const { code, message, hint } = thrownBy(() => trust(identity).checkTrusted([path]))
  return `${code}: ${message} → ${hint}`
}
const trusts = (path = config, identity = alice) =>
  expect(() => trust(identity).checkTrusted([path])).not.toThrow()

describe('a file is believed', () => {
  it('that is the user’s own, in a directory of his own, whoever may read it', () => {
    trusts()
    make(config, 0o444)
    trusts()
  })

  it('that is missing', () => {
    trusts('/home/alice/.aws/credentials')
    trusts('/home/alice/.config/mfad/config.ini')
  })

  it('that the user’s primary group may write, as umask 002 leaves it', () => {
    make(config, 0o664)
    make('/home/alice/.aws/', 0o775)
    acls[config] = acls['/home/alice/.aws'] = 'user::rw-\ngroup::rw-\nother::r--\n'
    trusts()
  })

  it('that is root’s, and one behind a link into a store of root’s', () => {
    make(config, 0o644, root)
    trusts()
    make('/nix/store/', 0o1775, root, 30_000)
    make('/nix/store/x-config', 0o444, root)
    link('/nix/store/x-config', '/home/alice/.aws/linked')
    trusts('/home/alice/.aws/linked')
  })

  it('that is the user’s own in a sticky directory such as /tmp', () => {
    make('/tmp/config', 0o600)
    trusts('/tmp/config')
    trusts('/tmp/missing')
  })
})

describe('a file is not believed', () => {
  it('that everyone can write', () => {
    make(config, 0o606)
    expect(refusal()).toBe(
      `file.writable-by-others: ${config} can be changed by other users → chmod go-w ${config}`,
    )
  })

  it('that another group than the user’s primary one can write', () => {
    make(config, 0o660, alice.uid, 50)
    expect(refusal()).toContain('file.writable-by-others')
    expect(asked).toEqual([])
  })

  it('that somebody else owns, also for root', () => {
    make(config, 0o644, bob)
    expect(refusal()).toBe(
      `file.other-owner: ${config} belongs to another user or group → make it yours: sudo chown "$(id -u):$(id -g)" ${config}`,
    )
    make(config, 0o644)
    make('/home/alice/.aws/', 0o755, root)
    expect(refusal(config, { uid: root, gid: root })).toContain('file.other-owner')
  })

  it('in a directory that others can write or that is another user’s', () => {
    make('/home/alice/.aws/', 0o703)
    expect(refusal()).toBe(
      'file.writable-by-others: /home/alice/.aws can be changed by other users → chmod go-w /home/alice/.aws',
    )
    expect(refusal('/home/alice/.aws/missing')).toContain('file.writable-by-others')
    make('/home/alice/.aws/', 0o755, bob)
    expect(refusal()).toContain('file.other-owner: /home/alice/.aws ')
    make('/home/alice/.aws/', 0o777, root)
    expect(refusal()).toContain('→ sudo chmod go-w /home/alice/.aws')
  })

  it('that somebody else has put into a sticky directory', () => {
    make('/tmp/config', 0o644, bob)
    expect(refusal('/tmp/config')).toContain('file.other-owner: /tmp/config ')
    link(config, '/tmp/link', bob)
    expect(refusal('/tmp/link')).toContain('file.other-owner: /tmp/link ')
  })

  it('that an access control list lets another user write: setfacl -m u:bob:rw', () => {
    make(config, 0o660)
    acls[config] = 'user::rw-\nuser:1001:rw-\ngroup::r--\nmask::rw-\nother::---\n'
    expect(refusal()).toBe(
      `file.writable-by-others: ${config} can be changed by uid 1001, as its access control list says → setfacl -x u:1001 ${config}`,
    )
    make(config, 0o600)
    make('/home/alice/.aws/', 0o770)
    acls['/home/alice/.aws'] = 'user::rwx\nuser:1001:rwx\ngroup::r-x\nmask::rwx\nother::---\n'
    expect(refusal()).toContain('/home/alice/.aws can be changed by uid 1001')
  })

  it('whose list cannot be read, and that says so', () => {
    make(config, 0o660)
    expect(refusal()).toBe(
      `file.writable-by-others: ${config} can be changed by its group, and maybe by others: its access control list cannot be read, since getfacl does not run → chmod g-w ${config}, or install getfacl (package acl)`,
    )
  })

  it('that a link leads to through another user’s directory, whoever owns it at the end', () => {
    make('/home/bob/shared/', 0o700)
    make('/home/bob/shared/config', 0o600)
    const linked = '/home/alice/.aws/linked'
    link('/home/bob/shared/config', linked)
    expect(refusal(linked)).toBe(
      `file.other-owner: /home/bob belongs to another user or group → let the link ${linked} lead to a file of your own; what is on its way: namei -l ${linked}`,
    )
    link(config, '/home/bob/back')
    link('/home/bob/back', '/home/alice/.aws/round')
    expect(refusal('/home/alice/.aws/round')).toContain('file.other-owner: /home/bob ')
  })

  it('whose directory is a link in a directory that others can write', () => {
    make('/srv/', 0o777, root)
    link('/home/alice/.aws', '/srv/aws')
    expect(refusal('/srv/aws/config')).toContain('file.writable-by-others: /srv ')
  })
})

it('asks for a list once for each state of a file', () => {
  make(config, 0o660)
  acls[config] = 'user::rw-\n'
  const { checkTrusted } = trust()
  checkTrusted([config, config])
  expect(asked).toEqual([config])
  make(config, 0o664)
  checkTrusted([config])
  expect(asked).toEqual([config, config])
})
