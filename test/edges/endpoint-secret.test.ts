import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  endpointProof,
  endpointSecret,
  endpointToken,
  isSame,
  renewEndpointSecret,
} from '../../src/edges/endpoint-secret.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-secret-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const directory = () => join(home, '.local/state/mfad')
const path = () => join(directory(), 'endpoint-secret')
const secret = () => endpointSecret({ HOME: home })

describe('the secret of the endpoint', () => {
  it('is made once, and another one only on request; nothing else is left', () => {
    const first = secret()
    expect(secret()).toBe(first)
    renewEndpointSecret({ HOME: home })
    expect(secret()).not.toBe(first)
    expect(readdirSync(directory())).toEqual(['endpoint-secret'])
    expect(readFileSync(path(), 'utf8')).toBe(`${secret()}\n`)
  })

  it.each([
    ['is empty', () => writeFileSync(path(), '', { mode: 0o600 })],
    ['is cut', () => writeFileSync(path(), 'ab12\n', { mode: 0o600 })],
    ['is very long', () => writeFileSync(path(), `${'a'.repeat(10_000)}\n`, { mode: 0o600 })],
    ['is a FIFO', () => spawnSync('mkfifo', ['-m', '600', path()])],
  ])('is not taken from a file that %s, and can be made anew', (_, prepare) => {
    mkdirSync(directory(), { recursive: true })
    prepare()
    expect(secret).toThrow('is damaged, or is not yours alone')
    renewEndpointSecret({ HOME: home })
    expect(secret()).toMatch(/^[0-9a-f]{64}$/)
  })

  it('is not taken from where a link leads', () => {
    mkdirSync(directory(), { recursive: true })
    writeFileSync(join(home, 'elsewhere'), `${'a'.repeat(64)}\n`, { mode: 0o600 })
    symlinkSync(join(home, 'elsewhere'), path())
    expect(secret).toThrow('the secret of the endpoint')
    renewEndpointSecret({ HOME: home })
    expect(secret()).not.toBe('a'.repeat(64))
    expect(readFileSync(join(home, 'elsewhere'), 'utf8')).toBe(`${'a'.repeat(64)}\n`)
  })

  it('says why it cannot be kept', () => {
    mkdirSync(join(home, '.local/state'), { recursive: true })
    writeFileSync(directory(), '')
    expect(secret).toThrow('a part of its path is no directory')
  })
})

describe('a token', () => {
  it('is of one profile and one secret; a proof is neither, and of one port and one question', () => {
    const all = [
      endpointToken('s1', 'dev'),
      endpointToken('s1', 'prod'),
      endpointToken('s2', 'dev'),
      endpointProof('s1', 9911, 'dev'),
      endpointProof('s1', 9912, 'dev'),
      endpointProof('s1', 9911, 'prod'),
      Buffer.from(endpointProof('s1', 9911, 'dev'), 'hex').toString('base64url'),
    ]
    expect(new Set(all).size).toBe(all.length)
    expect(endpointToken('s1', 'dev')).toMatch(/^[\w-]{43}$/)
    expect([isSame('a', 'a'), isSame('a', 'b'), isSame('a', 'aa'), isSame('', '')]).toEqual([
      true,
      false,
      false,
      true,
    ])
  })
})
