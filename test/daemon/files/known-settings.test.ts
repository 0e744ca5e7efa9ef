import { expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { defaultSettings, type Settings } from '../../../src/core/settings/default-settings.ts'
import { createKnownSettings } from '../../../src/daemon/files/known-settings.ts'

/** The settings file as it is now: its stamp, and what it says or that it cannot be used. */
let file: { stamp: string; suffix?: string }
let timesRead = 0
const open = () =>
  createKnownSettings({
    loadSettings(): Settings {
      timesRead++
      if (file.suffix === undefined) throw new AppError('settings.unreadable', 'it cannot be read', 'mend it')
      return { ...defaultSettings, suffix: file.suffix }
    },
    settingsStamp: () => file.stamp,
    resolveFiles: ({ suffix }) => ({
      credentials: `/c${suffix}`,
      config: '/f',
      settings: '/s',
      socket: `/socket${suffix}`,
    }),
  })

it('reads the settings again where they changed, and only then; the socket stays the one that is bound', () => {
  file = { stamp: '1', suffix: '-one' }
  const known = open()
  timesRead = 0
  expect(known.refresh()).toBe(false)
  file = { stamp: '2', suffix: '-two' }
  expect(known.refresh()).toBe(true)
  expect(known.refresh()).toBe(false)
  expect(timesRead).toBe(1)
  expect(known.current.suffix).toBe('-two')
  expect(known.files).toEqual({ credentials: '/c-two', config: '/f', settings: '/s', socket: '/socket-one' })
})

it('what they said before counts while they cannot be used, with a warning until they can', () => {
  file = { stamp: '1', suffix: '-one' }
  const known = open()
  file = { stamp: '2' }
  expect(known.refresh()).toBe(true)
  expect(known.current.suffix).toBe('-one')
  expect(known.warnings).toMatchObject([{ message: 'it cannot be read', hint: 'mend it', file: '/s' }])
  expect(known.refresh()).toBe(false)
  file = { stamp: '3', suffix: '-three' }
  expect(known.refresh()).toBe(true)
  expect(known.warnings).toEqual([])
  expect(known.current.suffix).toBe('-three')
})

it('there is no daemon without any', () => {
  file = { stamp: '1' }
  expect(open).toThrow('it cannot be read')
})
