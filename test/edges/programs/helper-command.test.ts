// Real shells and processes. The limits are short.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type HelperDeps, runHelperCommand } from '../../../src/edges/programs/helper-command.ts'
import { processesStartedBy } from '../../support/started-processes.ts'
import { until } from '../../support/until.ts'

const home = mkdtempSync(join(tmpdir(), 'mfad-helper-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const depsOf = (more: Partial<HelperDeps> = {}): HelperDeps => ({
  environment: { PATH: process.env.PATH, HOME: home },
  timeoutMs: 10_000,
  stopping: new AbortController().signal,
  ...more,
})
const run = (command: string, more: Partial<HelperDeps> = {}) => runHelperCommand(command, depsOf(more))
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

describe('a command', () => {
  it('is run by a shell, and what it printed is told', async () => {
    expect(await run('echo 123456; echo "a $((1+1)) \'b\'" >&2')).toEqual({
      end: { kind: 'exited', exitCode: 0 },
      output: '123456\n',
      complaint: "a 2 'b'\n",
      path: process.env.PATH,
    })
  })

  it('that fails is told with its exit status', async () => {
    expect((await run('exit 7')).end).toEqual({ kind: 'exited', exitCode: 7 })
    expect((await run('no-such-program')).end).toEqual({ kind: 'exited', exitCode: 127 })
  })

  it('that is killed is told with the signal', async () => {
    expect((await run('kill -TERM $$')).end).toEqual({ kind: 'signalled', signal: 'SIGTERM' })
  })

  it('has nothing of AWS, of Node or of how the daemon was started in its environment, and knows where it is', async () => {
    const environment = {
      PATH: process.env.PATH,
      AWS_PROFILE: 'dev',
      AWS_SESSION_TOKEN: 'secret',
      AWS_CONFIG_FILE: '/x',
      NODE_OPTIONS: '--inspect',
      NOTIFY_SOCKET: '/x',
      LISTEN_FDS: '1',
      INVOCATION_ID: '1',
      OTHER: 'kept',
    }
    const { output } = await run('env', { environment })
    expect(output).not.toMatch(/AWS_|NODE_|NOTIFY_|LISTEN_|INVOCATION_/)
    expect(output).toContain('MFAD_INSIDE=1\n')
    expect(output).toContain('OTHER=kept\n')
  })

  it('has no input to wait for', async () => {
    expect((await run('cat; echo done')).output).toBe('done\n')
  })

  it('does not run in the directory of the daemon', async () => {
    expect((await run('pwd')).output).toBe('/\n')
  })
})

describe('a command that does not end', () => {
  it('is ended at its time-out, with everything that it has started', async () => {
    const pids = join(home, 'pids')
    const { end } = await run(
      `echo $$ > ${pids}; sleep 1000 & echo $! >> ${pids}; (trap '' TERM; sleep 1000)`,
      {
        timeoutMs: 300,
      },
    )
    expect(end).toEqual({ kind: 'timed-out' })
    const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number)
    expect(started).toHaveLength(2)
    await until('all are gone', () => !started.some(isAlive))
  })

  it('is ended when the daemon stops', async () => {
    const stopping = new AbortController()
    const ended = run('sleep 1000', { stopping: stopping.signal })
    stopping.abort()
    expect((await ended).end).toEqual({ kind: 'stopped' })
    expect((await run('echo x', { stopping: stopping.signal })).end).toEqual({ kind: 'stopped' })
  })

  it('but prints without an end is ended, and no more than its beginning is kept', async () => {
    const { end, output } = await run('yes 123456')
    expect(end).toEqual({ kind: 'too-long' })
    expect(output.length).toBe(64 * 1024)
  })

  it('but complains without an end keeps its complaint short, and is not ended for it', async () => {
    const { end, complaint } = await run('yes no | head -c 1000000 >&2; echo 123456')
    expect(end).toEqual({ kind: 'exited', exitCode: 0 })
    expect(complaint.length).toBe(4096)
  })
})

describe('a command that leaves something in the background', () => {
  it('is not waited for, although its output is still open', async () => {
    const pids = join(home, 'background')
    const before = Date.now()
    const { end, output } = await run(`sleep 1000 & echo $! > ${pids}; echo 123456`)
    expect({ end, output }).toEqual({ end: { kind: 'exited', exitCode: 0 }, output: '123456\n' })
    expect(Date.now() - before).toBeLessThan(5000)
    await until('it is gone', () => !isAlive(Number(readFileSync(pids, 'utf8'))))
  })
})

describe('a command that cannot be started', () => {
  it('is told so: there is no room for its environment', async () => {
    const variables = { LARGE: 'x'.repeat(4 * 1024 * 1024) }
    expect(await run('echo 123456', { variables })).toEqual({
      end: { kind: 'not-started' },
      output: '',
      complaint: '',
    })
  })

  it('is not tried when the daemon has stopped', async () => {
    expect(await processesStartedBy(() => run('exit 0'))).toBe(1)
    expect(await processesStartedBy(() => run('exit 0', { stopping: AbortSignal.abort() }))).toBe(0)
  })
})
