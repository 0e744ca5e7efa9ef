// Real processes.
import { describe, expect, it } from 'vitest'
import { type ProgramOptions, runProgram } from '../../../src/edges/programs/child-program.ts'
import { processesStartedBy } from '../../support/started-processes.ts'

const environment = { PATH: process.env.PATH ?? '' }

describe('a program', () => {
  it('that leaves one of another group holding its output is not waited for', async () => {
    const leave = `
      const options = { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }
      const left = require('node:child_process').spawn('sleep', ['1000'], options)
      left.unref()
      console.log(left.pid)`
    const { exitCode, stdout } = await runProgram(process.execPath, ['-e', leave], { environment })
    expect(exitCode).toBe(0)
    process.kill(Number(stdout), 'SIGKILL')
  })

  it('is told how it ended, and what it printed up to a limit', async () => {
    const run = (script: string, more: Partial<ProgramOptions> = {}) =>
      runProgram('/bin/sh', ['-c', script], { environment, ...more })
    expect(await run('echo out; echo no >&2; exit 7')).toEqual({
      end: { kind: 'exited', exitCode: 7 },
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'no\n',
    })
    expect(await run('kill -TERM $$')).toMatchObject({ end: { kind: 'signalled', signal: 'SIGTERM' } })
    expect(await run('sleep 1000', { limitMs: 50 })).toMatchObject({ end: { kind: 'timed-out' } })
    const long = 'yes | head -c 1000000'
    expect((await run(long)).stdout).toHaveLength(64 * 1024)
    expect(await run(long, { mostOutputBytes: 10, tooMuchOutput: 'kill' })).toEqual({
      end: { kind: 'too-long' },
      exitCode: null,
      stdout: 'y\n'.repeat(5),
      stderr: '',
    })
  })

  it.each([
    ['own', true],
    ['shared', false],
  ] as const)('with a process group that is %s leads one: %s', async (processGroup, isLeader) => {
    const script = 'set -- $(cat /proc/$$/stat); echo "$1 $5"'
    const { stdout } = await runProgram('/bin/sh', ['-c', script], { environment, processGroup })
    const [pid, group] = stdout.trim().split(' ')
    expect(pid === group).toBe(isLeader)
  })

  it('that does not end at its signal is killed a second later', async () => {
    const stop = new AbortController()
    const script = "trap '' TERM; while :; do sleep 0.1; done"
    const ended = runProgram('/bin/sh', ['-c', script], { environment, stop: stop.signal })
    setTimeout(() => stop.abort(), 100)
    const before = Date.now()
    expect(await ended).toMatchObject({ end: { kind: 'stopped' }, exitCode: null })
    expect(Date.now() - before).toBeLessThan(3000)
  })

  it('that has no room for its environment is one that did not start', async () => {
    const large = { ...environment, LARGE: 'x'.repeat(4 * 1024 * 1024) }
    expect(await runProgram('/bin/sh', ['-c', 'exit 0'], { environment: large })).toEqual({
      end: { kind: 'not-started' },
      exitCode: null,
      stdout: '',
      stderr: '/bin/sh: could not be started',
    })
  })

  it('that is missing is one that did not start', async () => {
    expect(await runProgram('/no/such/program', [], { environment })).toEqual({
      end: { kind: 'not-started', reason: 'ENOENT' },
      exitCode: null,
      stdout: '',
      stderr: '/no/such/program: ENOENT',
    })
  })

  it('is not started when it has been stopped already', async () => {
    const run = (stop?: AbortSignal) => () => runProgram('/bin/sh', ['-c', ''], { environment, stop })
    expect(await processesStartedBy(run())).toBe(1)
    expect(await processesStartedBy(run(AbortSignal.abort()))).toBe(0)
  })
})
