import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { waitingProgram } from '../../../src/cli/commands/waiting-program.ts'
import { until } from '../../support/until.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'mfad-program-'))
  writeFileSync(join(directory, 'deploy.sh'), 'read x\n')
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('the program that waits', () => {
  it.each([
    ['a script', 'bash', () => [join(directory, 'deploy.sh')], 'deploy.sh'],
    ['a script of an interpreter', 'node', () => ['-e', 'process.stdin.resume()'], 'node'],
    ['a script without a name', 'bash', () => ['/dev/fd/0'], 'bash'],
    ['a shell at a prompt', 'bash', () => ['--norc'], 'bash'],
    ['any other program', 'cat', () => ['-'], 'cat'],
  ])('is %s, by its name', async (_, program, args, name) => {
    const child = spawn(program, args(), { stdio: ['pipe', 'ignore', 'ignore'] })
    try {
      // Until it has begun it is still a copy of the one that starts it.
      await until(`it is called ${name}`, () => waitingProgram(child.pid) === name)
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('is the one that runs a shell for a single command', async () => {
    const script =
      "process.title='agent'; require('child_process').spawn('sh',['-c','read x; true'],{stdio:'inherit'}).on('spawn',function(){require('fs').writeFileSync(process.argv[1],String(this.pid))})"
    const pidFile = join(directory, 'pid')
    const child = spawn(process.execPath, ['-e', script, pidFile], { stdio: ['pipe', 'ignore', 'ignore'] })
    try {
      const pid = await until('its shell runs', () => {
        try {
          return Number(readFileSync(pidFile, 'utf8'))
        } catch {
          return undefined
        }
      })
      await until('it is called agent', () => waitingProgram(pid) === 'agent')
    } finally {
      child.kill('SIGKILL')
      child.stdin.end()
    }
  })

  it('is nobody where there is no such process', () => {
    expect(waitingProgram(2 ** 22 + 1)).toBeUndefined()
  })
})
