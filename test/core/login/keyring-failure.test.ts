import { describe, expect, it } from 'vitest'
import { describeKeyringFailure, itemMissing, notLoaded } from '../../../src/core/login/keyring-failure.ts'

const commands = { restart: 'kill 7, then: mfad daemon --detach', again: 'mfad login dev' }
const words = (said: string) => describeKeyringFailure({ kind: 'failed', said }, commands)

describe('a keyring that gives no key', () => {
  it.each([
    [
      "Couldn't access platform storage: Secret Service: unlock prompt was dismissed",
      'profile.keyring-locked',
    ],
    [
      'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time, set your DBUS_SESSION_BUS_ADDRESS instead',
      'profile.keyring-unavailable',
    ],
    ["Couldn't access platform storage: Secret Service: no result found", 'profile.keyring-unavailable'],
    [
      'Platform failure: DBus error: The name org.freedesktop.secrets was not provided by any .service files',
      'profile.keyring-unavailable',
    ],
    ['User interaction is not allowed.', 'profile.keyring-locked'],
    [`${notLoaded} from /x: /x/k.node: No such file or directory`, 'profile.keyring-unavailable'],
    ['something else', 'profile.keyring-failed'],
  ])('and says %j has %s, and the command to run again', (said, code) => {
    expect(words(said)).toMatchObject({ code, hint: expect.stringMatching(/, then: mfad login dev$/) })
  })

  it('is told as it is where a single file cannot load its library', () => {
    const said = `${notLoaded} from /x: /x/k.node: failed to map segment`
    expect(words(said)).toMatchObject({ message: said, hint: expect.stringContaining('noexec') })
  })

  it('names what starts this daemon anew, where it knows no session bus', () => {
    expect(words('set your DBUS_SESSION_BUS_ADDRESS').hint).toBe(
      'log in at the desktop, and start the daemon there: kill 7, then: mfad daemon --detach, then: mfad login dev',
    )
  })

  it('is quoted without control characters, and not without end', () => {
    const { message } = words(`\u001b[31m${'x'.repeat(1000)}`)
    expect(message).toMatch(/^the keyring failed: \\u\{1b\}\[31mx+…$/)
    expect(message.length).toBeLessThan(250)
  })

  it.each([
    [
      { kind: 'not-installed' },
      'profile.keyring-unavailable',
      /npm install --global --include=optional mfad/,
    ],
    [{ kind: 'timed-out' }, 'profile.keyring-locked', /unlock it there, then: mfad login dev$/],
    [{ kind: 'stopped' }, 'daemon.stopping', /^when it runs again: mfad login dev$/],
  ] as const)('%j has its next step', (failure, code, hint) => {
    expect(describeKeyringFailure(failure, commands)).toMatchObject({
      code,
      hint: expect.stringMatching(hint),
    })
  })

  it('is named by the profile and the end of the key where the item is gone', () => {
    expect(itemMissing('dev', 'dev/AKIAIOSFODNN7EXAMPLE').message).toBe(
      'the keyring holds no item dev/…MPLE of mfad, where the keys of dev should be',
    )
  })
})
