import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mfadArgv } from '../support/program.ts'
import { type Ended, run } from '../support/sandbox.ts'

const limitMs = 15_000

// Most of the time they wait for a reminder: they can do so at the same time.
describe.concurrent('mfad demo', () => {
  it('shows every step within 15 seconds and touches nothing of the user', async () => {
    await inHome(async (home) => {
      const { exitCode, stdout, stderr, ms } = await demo(home, { PATH: process.env.PATH })
      expect(exitCode, stdout + stderr).toBe(0)
      expect(ms).toBeLessThan(limitMs)
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
  })

  it('makes the same call through the SDK where there is no AWS CLI, and ends without waiting for one', async () => {
    await inHome(async (home) => {
      const { exitCode, stdout, ms } = await demo(home, { PATH: join(home, 'nothing') })
      expect(exitCode, stdout).toBe(0)
      expect(ms).toBeLessThan(limitMs)
      expect(stdout).toContain('get-caller-identity → arn:aws:iam::111122223333:user/alice')
    })
  })
})

async function inHome(use: (home: string) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'mfad-demo-test-'))
  try {
    mkdirSync(join(home, 'tmp'))
    await use(home)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function demo(
  home: string,
  environment: Record<string, string | undefined>,
): Promise<Ended & { ms: number }> {
  const env = { ...environment, HOME: home, TMPDIR: join(home, 'tmp') } as NodeJS.ProcessEnv
  const startedAt = performance.now()
  const [program = '', ...words] = [...mfadArgv, 'demo']
  const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  return { ...(await run(child)), ms: performance.now() - startedAt }
}
