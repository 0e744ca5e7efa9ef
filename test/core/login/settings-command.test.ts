import { describe, expect, it } from 'vitest'
import type { CommandResult } from '../../../src/core/login/command-result.ts'
import { commandFailure, profilesVariable } from '../../../src/core/login/settings-command.ts'

describe('the names that a command is told', () => {
  it.each([
    [[], ''],
    [['dev', 'staging'], 'dev staging'],
    [['dev', 'a b', '-x', 'prod'], 'dev prod'],
  ])('%j', (names, text) => {
    expect(profilesVariable(names)).toBe(text)
  })

  it('are whole ones, as many as a variable may hold', () => {
    const most = 32 * 1024
    const [long, rest] = ['a'.repeat(most - 4), 'b'.repeat(3)]
    expect(profilesVariable([long, rest])).toBe(`${long} ${rest}`)
    expect(profilesVariable([long, `${rest}b`])).toBe(long)
    expect(profilesVariable([long, rest, 'c'])).toBe(`${long} ${rest}`)
    expect(profilesVariable(['a'.repeat(most + 1)])).toBe('')
    expect(profilesVariable(['a'.repeat(most + 1), 'b'])).toBe('')
  })
})

describe('a command that failed', () => {
  it.each<[CommandResult['end'], string | undefined]>([
    [{ kind: 'exited', exitCode: 0 }, undefined],
    [{ kind: 'stopped' }, undefined],
    [{ kind: 'exited', exitCode: 1 }, 'on_renew failed with exit code 1'],
    [{ kind: 'signalled', signal: 'SIGTERM' }, 'on_renew was ended by SIGTERM'],
    [{ kind: 'timed-out' }, 'on_renew took longer than 30 s'],
    [{ kind: 'too-long' }, 'on_renew printed more than 64 KiB'],
    [{ kind: 'not-started' }, 'on_renew could not be started'],
  ])('%j', (end, message) => {
    const result = { end, output: 'secret', complaint: 'secret' }
    expect(commandFailure('on_renew', result, 30)).toEqual(message === undefined ? undefined : { message })
  })

  it('is told what to do where the shell, or the service, has said why', () => {
    const result = {
      end: { kind: 'exited', exitCode: 127 } as const,
      output: '',
      complaint: 'sh: 1: x: not found',
    }
    expect(commandFailure('on_renew', { ...result, path: '/bin' }, 30)).toEqual({
      message: 'on_renew failed: a command in it was not found in PATH /bin (exit status 127)',
      nextStep: expect.stringContaining('command -v PROGRAM'),
    })
    expect(commandFailure('on_renew', { ...result, withheldFrom: 'sudo' }, 30)).toEqual({
      message: 'on_renew failed with exit code 127',
      nextStep: expect.stringMatching(/^sudo takes other rights than yours/),
    })
  })
})
