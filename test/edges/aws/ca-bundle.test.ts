import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { readCaBundle } from '../../../src/edges/aws/ca-bundle.ts'
import { createConnection } from '../../../src/edges/aws/connection.ts'
import { authorityFile } from '../../support/aws-network.ts'
import { thrownBy } from '../../support/thrown.ts'

const directory = mkdtempSync(join(tmpdir(), 'mfad-ca-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const where = 'ca_bundle in /home/me/.config/mfad/config.ini'
const certificate = readFileSync(authorityFile, 'utf8').trim()
const inFile = (name: string, text: string) => {
  const value = join(directory, name)
  writeFileSync(value, text)
  return { value, where }
}

it('holds all certificates of the file, whatever stands between them', () => {
  const text = `# first\r\n${certificate.replaceAll('\n', '\r\n')}\r\n\nsubject: CN=x\n${certificate}`
  expect(readCaBundle(inFile('two.pem', text))).toHaveLength(2)
})

it('may be below the home directory', () => {
  vi.stubEnv('HOME', directory)
  inFile('home.pem', certificate)
  expect(readCaBundle({ value: '~/home.pem', where })).toHaveLength(1)
  vi.unstubAllEnvs()
})

it.each<[string, string]>([
  ['', 'holds no certificate'],
  ['not a certificate', 'holds no certificate'],
  [`${certificate}\n${certificate.replace(/M/, '!')}`, 'is damaged: its certificate 2 cannot be read'],
  [certificate.slice(0, -10), 'holds no certificate'],
])('that is %j is refused, by its name', (text, problem) => {
  const given = inFile('bad.pem', text)
  const { code, message } = thrownBy(() => readCaBundle(given))
  expect({ code, message }).toEqual({
    code: 'settings.bad-ca-bundle',
    message: `the CA bundle ${given.value} (${where}) ${problem}`,
  })
})

it.each([
  ['gone.pem', 'cannot be read'],
  ['a-directory', 'cannot be read'],
])('that is %s is refused, by its name', (name, problem) => {
  mkdirSync(join(directory, 'a-directory'), { recursive: true })
  const value = join(directory, name)
  expect(thrownBy(() => readCaBundle({ value, where })).message).toBe(
    `the CA bundle ${value} (${where}) ${problem}`,
  )
})

it('that may not be read is refused, by its name', () => {
  const given = inFile('secret.pem', certificate)
  chmodSync(given.value, 0)
  expect(asOrdinaryUser(() => thrownBy(() => readCaBundle(given)).message)).toContain('cannot be read')
})

/** Root may read everything. */
function asOrdinaryUser<T>(run: () => T): T {
  const isRoot = process.getuid?.() === 0
  if (isRoot) process.seteuid?.(65_534)
  try {
    return run()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

it('that is a relative path is refused: the daemon has no directory of its own', () => {
  expect(thrownBy(() => readCaBundle({ value: 'ca.pem', where })).message).toContain('not an absolute path')
})

it('that somebody else can write is refused, and so is what leads to it', () => {
  const given = inFile('open.pem', certificate)
  chmodSync(given.value, 0o666)
  expect(thrownBy(() => readCaBundle(given))).toMatchObject({
    code: 'file.writable-by-others',
    message: `the certificates in ${given.value} (${where}) are not trusted: ${given.value} can be changed by other users`,
    hint: `chmod go-w ${given.value}`,
  })
  const open = join(directory, 'open')
  mkdirSync(open)
  const below = inFile('open/ca.pem', certificate)
  chmodSync(open, 0o777)
  expect(thrownBy(() => readCaBundle(below)).message).toContain(`${open} can be changed by other users`)
  chmodSync(open, 0o1777)
  expect(readCaBundle(below)).toHaveLength(1)
  const link = join(directory, 'link.pem')
  symlinkSync(given.value, link)
  expect(thrownBy(() => readCaBundle({ value: link, where })).code).toBe('file.writable-by-others')
})

it('that Node adds to the usual ones is looked at as well, unless a bundle stands in their place', async () => {
  const extra = inFile('extra.pem', certificate).value
  const bundle = inFile('bundle.pem', certificate)
  vi.stubEnv('NODE_EXTRA_CA_CERTS', extra)
  await createConnection({})
  chmodSync(extra, 0o666)
  await expect(createConnection({})).rejects.toThrow(
    `the certificates in ${extra} (NODE_EXTRA_CA_CERTS) are not trusted`,
  )
  await createConnection({ caBundle: bundle })
  vi.unstubAllEnvs()
})
