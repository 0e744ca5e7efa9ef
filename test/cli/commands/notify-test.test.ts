import { describe, expect, it } from 'vitest'
import { describeTest } from '../../../src/cli/commands/notify-test.ts'
import type { NotifyTestAnswer } from '../../../src/core/wire.ts'

const shown: NotifyTestAnswer = {
  shown: true,
  way: 'notify-send with buttons',
  buttons: true,
  dialog: 'zenity',
}

describe('what notify-test prints', () => {
  it.each([
    ['code', 'the answer came back: "Enter code", and a code'],
    ['snooze', 'the answer came back: "Snooze"'],
    ['dismissed', 'it was dismissed, or ran out: that came back'],
    ['none', 'no answer within 60 s'],
  ] as const)('tells the answer %s', (answer, line) => {
    expect(describeTest({ ...shown, answer }, 60)).toEqual([
      'shown by notify-send with buttons; if you do not see it, look at the do-not-disturb settings',
      'codes are asked for by zenity',
      line,
    ])
  })

  it('tells no answer that nobody waited for', () => {
    expect(describeTest(shown, 0)).toHaveLength(2)
  })

  it('tells what is missing', () => {
    const { dialog: _, ...withoutDialog } = shown
    const neither = 'neither zenity nor kdialog is installed (apt-get install zenity)'
    expect(describeTest({ ...withoutDialog, noDialog: neither }, 0)[1]).toBe(
      `no "Enter code" on it: ${neither}; give codes with: mfad login`,
    )
    expect(describeTest({ shown: true, way: 'notify-send', buttons: false, answer: 'none' }, 60)).toEqual([
      'shown by notify-send; if you do not see it, look at the do-not-disturb settings',
      'it has no buttons: give codes with: mfad login',
    ])
  })

  it('blames no program where prompt = none', () => {
    const { dialog: _, ...withoutDialog } = shown
    const noDialog = 'prompt = none in the settings'
    const line = describeTest({ ...withoutDialog, noDialog }, 0)[1]
    expect(line).toBe('no "Enter code" on it: prompt = none in the settings; give codes with: mfad login')
    expect(describeTest({ ...withoutDialog, noDialog, buttons: false }, 0)[1]).toBe(
      'it has no buttons: prompt = none in the settings; give codes with: mfad login',
    )
  })
})
