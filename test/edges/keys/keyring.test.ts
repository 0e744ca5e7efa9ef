// The process that asks the keyring, when it does not do what it should. A real keyring is in test/integration.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createKeyring } from '../../../src/edges/keys/keyring.ts'

const forever = new AbortController().signal
const environment = { PATH: '/nowhere' }

function keyringOf(program: string, limitMs = 10_000) {
  const home = mkdtempSync(join(tmpdir(), 'mfad-keyring-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const programPath = join(home, 'keyring.cjs')
  writeFileSync(programPath, program)
  return createKeyring({ environment, programPath, limitMs })
}

it('is ended when it gives no answer in time, and when the daemon stops', async () => {
  const keyring = keyringOf('setInterval(() => {}, 1000)', 500)
  expect(await keyring.read('dev/x', forever)).toEqual({ failure: { kind: 'timed-out' } })
  const stopping = new AbortController()
  const reading = keyringOf('setInterval(() => {}, 1000)').read('dev/x', stopping.signal)
  stopping.abort()
  expect(await reading).toEqual({ failure: { kind: 'stopped' } })
})

it.each([
  ["console.error('trace\\nno bus'); process.exit(1)", 'no bus'],
  ["console.log('hello')", ''],
  ["console.log('x'.repeat(1e6))", ''],
  ['console.log(JSON.stringify({ isDone: true }))', 'it answered another question'],
  ['console.log(JSON.stringify({ failure: "locked" }))', 'locked'],
  ['console.log("null")', 'it answered another question'],
  ['console.log(JSON.stringify({ secret: 5 }))', 'it answered another question'],
])('%s is a failure', async (program, said) => {
  const result = await keyringOf(program).read('dev/x', forever)
  expect(result).toEqual({ failure: { kind: 'failed', said: expect.stringContaining(said) } })
})

it('gets its request on standard input, and nothing of it as an argument', async () => {
  const program = `const request = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify({ secret: JSON.stringify([request, process.argv.length, Object.keys(process.env).sort()]) }))`
  const result = await keyringOf(program).read('dev/x', forever)
  const secret = 'value' in result ? (result.value ?? '') : ''
  expect(JSON.parse(secret)).toEqual([{ action: 'read', item: 'dev/x' }, 2, ['LC_CTYPE', 'PATH']])
})

it('says when the optional package is not there', async () => {
  const home = mkdtempSync(join(tmpdir(), 'mfad-keyring-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const programPath = join(home, 'keyring.cjs')
  copyFileSync('dist/keyring.cjs', programPath)
  const keyring = createKeyring({ environment, programPath })
  expect(await keyring.read('dev/x', forever)).toEqual({ failure: { kind: 'not-installed' } })
})
