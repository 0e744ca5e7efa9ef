// A desktop of ours answers.
import { describe, expect, it } from 'vitest'
import { testReminder } from '../../../src/daemon/reminders/notify-test.ts'
import type { Reminded, ReminderRequest } from '../../../src/edges/desktop/reminder.ts'

const problem = {
  code: 'notifier.command-failed' as const,
  message: 'notify_command failed with exit code 3',
  hint: 'mend notify_command in the settings',
}

const now = new Date('2026-11-23T14:00:00Z')

async function test(reminded: Partial<Reminded>, waitMs: number) {
  const requests: ReminderRequest[] = []
  const ended = Promise.resolve('answered' as const)
  const remind = async (request: ReminderRequest): Promise<Reminded> => {
    requests.push(request)
    return { way: 'fake', ended, ...reminded }
  }
  return { answer: await testReminder({ remind }, waitMs, now, new AbortController().signal), requests }
}

describe('a test of the reminders', () => {
  it.each([0, 1000])('tells that notify_command failed, when it waits %i ms', async (waitMs) => {
    const { answer } = await test({ command: Promise.resolve(problem) }, waitMs)
    expect(answer).toMatchObject({ shown: false, error: problem })
  })

  it('is one that worked where notify_command did', async () => {
    const { answer } = await test({ command: Promise.resolve(undefined) }, 1000)
    expect(answer).toEqual({ shown: true, way: 'fake', buttons: false, answer: 'code' })
  })

  it('waits for no answer where it is not to, also for one that fails later', async () => {
    let fail = (_: Error): void => undefined
    const ended = new Promise<'answered'>((_, reject) => {
      fail = reject
    })
    const { answer, requests } = await test({ ended, hasButtons: true, dialog: 'zenity' }, 0)
    expect(answer).toEqual({ shown: true, way: 'fake', buttons: true, dialog: 'zenity' })
    expect(requests[0]?.canAnswer).toBe(true)
    fail(new Error('the dialog broke'))
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('takes the reminder away when the time is up', async () => {
    const remind = async (_: unknown, __: unknown, withdraw: AbortSignal): Promise<Reminded> => ({
      way: 'fake',
      ended: new Promise((resolve) => withdraw.addEventListener('abort', () => resolve('withdrawn'))),
    })
    const answer = await testReminder({ remind }, 1, now, new AbortController().signal)
    expect(answer).toEqual({ shown: true, way: 'fake', buttons: false, answer: 'none' })
  })

  it('is about no profile, so that it takes the place of no reminder', async () => {
    expect((await test({}, 0)).requests[0]?.profiles).toEqual([])
  })
})
