// Real processes.
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../../src/edges/programs/child-program.ts'
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

  it('that has no room for its environment is one that did not start', async () => {
    const large = { ...environment, LARGE: 'x'.repeat(4 * 1024 * 1024) }
    expect(await runProgram('/bin/sh', ['-c', 'exit 0'], { environment: large })).toEqual({
      exitCode: null,
      stdout: '',
      stderr: '/bin/sh: could not be started',
    })
  })

  it('that is missing is one that did not start', async () => {
    expect(await runProgram('/no/such/program', [], { environment })).toEqual({
      exitCode: null,
      stdout: '',
      stderr: '/no/such/program: ENOENT',
    })
  })

  it('is not started when it has been withdrawn already', async () => {
    const run = (withdraw?: AbortSignal) => () => runProgram('/bin/sh', ['-c', ''], { environment, withdraw })
    expect(await processesStartedBy(run())).toBe(1)
    expect(await processesStartedBy(run(AbortSignal.abort()))).toBe(0)
  })
})
