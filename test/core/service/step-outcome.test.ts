import { describe, expect, test } from 'vitest'
import { isManagerMissing, stepError } from '../../../src/core/service/step-outcome.ts'

const step = { argv: ['systemctl', '--user', 'restart', 'mfad.service'], why: 'start the service' }

describe('a step that failed', () => {
  test.each([
    [null, 'ENOENT'],
    [1, 'Failed to connect to bus: No medium found\n'],
    [1, 'Failed to connect to user scope bus via local transport: No such file or directory\n'],
    [1, 'Failed to get D-Bus connection: Operation not permitted\n'],
    [125, 'Bootstrap failed: 125: Domain does not support specified action\n'],
    [113, 'Could not find domain for user gui: 501\n'],
  ])(
    'with %s, %j means that there is no service manager, and leads to the daemon without one',
    (exitCode, detail) => {
      expect(stepError(step, { exitCode, detail })).toMatchObject({
        code: 'daemon.no-service-manager',
        hint: 'without a service: mfad daemon --detach',
      })
    },
  )

  test('says what could not be done, by the first line of what the command said', () => {
    const detail = 'Job for mfad.service failed.\nSee "systemctl --user status mfad.service".\n'
    expect(stepError(step, { exitCode: 1, detail })).toMatchObject({
      code: 'daemon.service-failed',
      message: 'cannot start the service (systemctl: Job for mfad.service failed.)',
    })
  })

  test.each([
    ['systemctl', 'journalctl --user -u mfad'],
    ['launchctl', 'tail ~/Library/Logs/mfad.log'],
  ])('of %s leads to the log that there is on that system', (program, log) => {
    const { hint } = stepError({ argv: [program], why: 'start the service' }, { exitCode: 4, detail: '' })
    expect(hint).toBe(`see what the service says: ${log}`)
  })

  test('says the exit status of a command that said nothing', () => {
    expect(stepError(step, { exitCode: 4, detail: '' }).message).toContain('(systemctl: exit status 4)')
  })
})

test('a step that succeeded means that there is a service manager, whatever it said', () => {
  expect(isManagerMissing({ exitCode: 0, detail: 'warning: failed to connect to bus' })).toBe(false)
})
