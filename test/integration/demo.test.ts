import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Ended, run } from '../support/sandbox.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-demo-test-'))
  mkdirSync(join(home, 'tmp'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('mfad demo', () => {
  it('shows every step within 15 seconds and touches nothing of the user', async () => {
    const startedAt = Date.now()
    const { exitCode, stdout, stderr } = await demo({ PATH: process.env.PATH })
    expect(exitCode, stdout + stderr).toBe(0)
    expect(Date.now() - startedAt).toBeLessThan(15_000)
    expect(stdout.match(/^\$ mfad .*$/gm)?.map((line) => line.replace(/\d{6}$/, 'CODE'))).toEqual([
      '$ mfad status',
      '$ mfad login dev CODE',
      '$ mfad login dev CODE',
      '$ mfad status',
      '$ mfad logout dev',
    ])
    expect(stdout).toMatch(/mfad: dev is valid until \d\d:\d\d:\d\d/)
    expect(stdout).toContain('byte for byte the original one')
    expect(readdirSync(home)).toEqual(['tmp'])
    expect(readdirSync(join(home, 'tmp'))).toEqual([])
  })

  it('makes the same call through the SDK where there is no AWS CLI', async () => {
    const { exitCode, stdout } = await demo({ PATH: join(home, 'nothing') })
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toContain('get-caller-identity → arn:aws:iam::111122223333:user/alice')
  })
})

function demo(environment: Record<string, string | undefined>): Promise<Ended> {
  const env = { ...environment, HOME: home, TMPDIR: join(home, 'tmp') } as NodeJS.ProcessEnv
  return run(spawn(process.execPath, ['dist/mfad.cjs', 'demo'], { env, stdio: ['pipe', 'pipe', 'pipe'] }))
}
