import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isRunning, startOf } from '../../src/edges/processes.ts'
import { until } from '../support/until.ts'

it('a process that has ended does not run, though nobody has asked how it ended', async () => {
  // `sleep` never asks after the child that it got from the shell.
  const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const pid = Number(await new Promise((resolve) => parent.stdout.once('data', resolve)))
    await until('it has ended', () => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
    expect(process.kill(pid, 0)).toBe(true)
    expect(isRunning(pid)).toBe(false)
    expect(isRunning(parent.pid ?? 0)).toBe(true)
  } finally {
    parent.kill()
  }
})

it('has one start for the whole of its life, and none where there is no process', () => {
  expect(startOf(process.pid)).toMatch(/^\d+$/)
  expect(startOf(process.pid)).not.toBe(startOf(1))
  const none = 2 ** 22 + 1
  expect([startOf(none), isRunning(none)]).toEqual([undefined, false])
})
