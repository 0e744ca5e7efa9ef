import { describe, expect, it } from 'vitest'
import { ontoDesktop, parseShowEnvironment } from '../../../src/edges/desktop/environment.ts'
import { childEnvironment } from '../../../src/edges/programs/child-environment.ts'

describe('what systemd says of the environment', () => {
  it.each([
    ['a plain value', 'DISPLAY=:0', { DISPLAY: ':0' }],
    [
      'one with an equals sign',
      'DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1/bus',
      { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/1/bus' },
    ],
    ['a quoted one', `XAUTHORITY=$'/a b/\\'c\\'/\\\\d'`, { XAUTHORITY: `/a b/'c'/\\d` }],
    ['several lines', 'A=1\nDISPLAY=:1\n', { A: '1', DISPLAY: ':1' }],
    ['an empty one', 'DISPLAY=', {}],
    ['a line break in quotes', `DISPLAY=$':0\\nX=1'`, {}],
    ['an escape in quotes', `DISPLAY=$':0\\x1b\\033'`, {}],
    ['a quote that is open', `DISPLAY=$':0`, { DISPLAY: `$':0` }],
    ['a control character', 'DISPLAY=:0\x1b[31m', {}],
    ['a name of another kind', 'display=:0\n=x\nnonsense\nBASH_FUNC_x%%=() { :; }', {}],
    ['one that is too long', `DISPLAY=${'x'.repeat(5000)}`, {}],
  ])('is read: %s', (_, text, variables) => {
    expect(parseShowEnvironment(text)).toEqual(variables)
  })
})

describe('the locale of a program on the desktop', () => {
  it.each<[Record<string, string>, Record<string, string>]>([
    [{}, { LC_CTYPE: 'C.UTF-8' }],
    [{ LANG: 'C' }, { LANG: 'C', LC_CTYPE: 'C.UTF-8' }],
    [
      { LC_ALL: 'POSIX', LANG: 'de_DE.UTF-8' },
      { LANG: 'de_DE.UTF-8', LC_CTYPE: 'C.UTF-8' },
    ],
    [{ LANG: 'de_DE.UTF-8' }, { LANG: 'de_DE.UTF-8' }],
    [{ LC_ALL: 'en_US.utf8' }, { LC_ALL: 'en_US.utf8' }],
  ])('of %j is one of all characters: %j', (own, expected) => {
    expect(childEnvironment(own)).toEqual(expected)
  })
})

describe('the environment of a desktop', () => {
  const own = { PATH: '/bin', DISPLAY: ':7', WAYLAND_DISPLAY: 'wayland-7', DBUS_SESSION_BUS_ADDRESS: 'own' }

  it('is taken as a whole from the one that has a screen', () => {
    expect(
      ontoDesktop(own, { DISPLAY: ':0', XDG_CURRENT_DESKTOP: 'GNOME', LD_PRELOAD: '/x.so', PATH: '/evil' }),
    ).toEqual({
      PATH: '/bin',
      DISPLAY: ':0',
      XDG_CURRENT_DESKTOP: 'GNOME',
      DBUS_SESSION_BUS_ADDRESS: 'own',
    })
    expect(ontoDesktop(own, { WAYLAND_DISPLAY: 'wayland-0', DBUS_SESSION_BUS_ADDRESS: 'bus' })).toEqual({
      PATH: '/bin',
      WAYLAND_DISPLAY: 'wayland-0',
      DBUS_SESSION_BUS_ADDRESS: 'bus',
    })
  })

  it('is our own where that has none, but for a bus that we do not know', () => {
    expect(ontoDesktop(own, { DBUS_SESSION_BUS_ADDRESS: 'bus', XAUTHORITY: '/x' })).toEqual(own)
    expect(ontoDesktop({ PATH: '/bin' }, { DBUS_SESSION_BUS_ADDRESS: 'bus' })).toEqual({
      PATH: '/bin',
      DBUS_SESSION_BUS_ADDRESS: 'bus',
    })
  })
})
