// Codes from commands: one command at a time, whatever becomes of the one before.
import { expect, it } from 'vitest'
import type { CommandResult } from '../../../src/core/login/command-result.ts'
import { createCodeCommands } from '../../../src/daemon/login/code-commands.ts'

type Run = { command: string; timeoutMs: number; stopping: AbortSignal; end(result: CommandResult): void }
const printed = (output: string): CommandResult => ({
  end: { kind: 'exited', exitCode: 0 },
  output,
  complaint: '',
})

function start(checkOwnFile: (path: string) => void = () => undefined) {
  const runs: Run[] = []
  const commands = createCodeCommands({
    checkOwnFile,
    runCommand: (command, timeoutMs, stopping) =>
      new Promise((end) => runs.push({ command, timeoutMs, stopping, end })),
  })
  const codeFrom = (command: string) => commands.codeFrom({ profile: 'dev', command, file: '/f' })
  return { runs, commands, codeFrom }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

it('the next command starts when the one before has ended, also where it failed', async () => {
  const { runs, codeFrom } = start()
  const results = Promise.allSettled([codeFrom('one'), codeFrom('two'), codeFrom('three')])
  const commandsStarted = () => runs.map(({ command }) => command)
  await settled()
  expect(commandsStarted()).toEqual(['one'])
  runs[0]?.end(printed('nothing of use'))
  await settled()
  expect(commandsStarted()).toEqual(['one', 'two'])
  runs[1]?.end({ ...printed(''), end: { kind: 'timed-out' } })
  await settled()
  expect(commandsStarted()).toEqual(['one', 'two', 'three'])
  runs[2]?.end(printed('123456\n'))
  expect(await results).toMatchObject([
    { reason: { code: 'device.mfa-process-gave-no-code' } },
    { reason: { message: 'mfa_process of dev gave no answer within 60 s' } },
    { status: 'fulfilled', value: '123456' },
  ])
  expect(runs.map(({ timeoutMs }) => timeoutMs)).toEqual([60_000, 60_000, 60_000])
})

it('a command that somebody else could have written is not run', async () => {
  const { runs, codeFrom } = start((path) => {
    throw new Error(path)
  })
  await expect(codeFrom('one')).rejects.toMatchObject({ code: 'device.mfa-process-refused' })
  expect(runs).toEqual([])
})

it('the command that runs is ended with the daemon', async () => {
  const { runs, commands, codeFrom } = start()
  const code = codeFrom('one')
  await settled()
  expect(runs[0]?.stopping.aborted).toBe(false)
  commands.close()
  expect(runs[0]?.stopping.aborted).toBe(true)
  runs[0]?.end({ ...printed(''), end: { kind: 'stopped' } })
  await expect(code).rejects.toMatchObject({ code: 'daemon.stopping' })
})
