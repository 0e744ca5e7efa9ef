import { expect, it } from 'vitest'
import {
  formerLeft,
  keyCallDenied,
  keyInUse,
  keyStillNamed,
  noSuchKey,
  notKnownYet,
  notTheSessionsUser,
  tooManyKeys,
} from '../../../src/core/login/key-rotation.ts'

it('says how a former key is deleted that is still there, and first what can be mended', () => {
  const left = (code: Parameters<typeof formerLeft>[2]['code'], hint: string) =>
    formerLeft('dev', 'MPLE', { code, message: 'no', hint })
  expect(left('daemon.stopping', 'when it runs again: mfad login dev')).toEqual({
    code: 'daemon.stopping',
    message: 'the new key is in place, and the former one, ending in MPLE, is still there: no',
    hint: 'the next exchange can begin with it: mfad keys rotate dev --delete-other=MPLE',
  })
  expect(left('iam.access-denied', 'ask your administrator').hint).toBe('ask your administrator')
  expect(left('profile.key-in-use', 'remove it there').hint).toBe('remove it there')
})

it('says of the other key what tells whether it is needed', () => {
  const said = (more: object) =>
    tooManyKeys('dev', { accessKeyId: 'AKIAI44QH8DHBEXAMPLF', isActive: true, ...more })
  expect(said({})).toMatchObject({
    code: 'iam.too-many-keys',
    message:
      'the user of dev has two access keys, and AWS allows no third: the other one ends in MPLF (active, never used)',
    hint: 'if nothing needs it any more (an interrupted rotation may have left it), have it deleted first: mfad keys rotate dev --delete-other=MPLF',
  })
  const createdAt = new Date('2026-01-02T03:04:05Z')
  const lastUsedAt = new Date('2026-02-03T04:05:06Z')
  expect(said({ isActive: false, createdAt, lastUsedAt }).message).toMatch(
    /\(deactivated, created 2026-01-02T03:04:05Z, last used 2026-02-03T04:05:06Z\)$/,
  )
})

it.each([
  [true, "ask your administrator to allow iam:CreateAccessKey on one's own user"],
  [false, 'a policy may want a code for it: mfad login dev, then again: mfad keys rotate dev'],
])('asks for a code only where none was given: %s', (isOfSession, hint) => {
  expect(keyCallDenied('dev', 'CreateAccessKey', isOfSession)).toMatchObject({
    code: 'iam.access-denied',
    message: 'AWS does not let the user of dev do CreateAccessKey',
    hint,
  })
})

it.each([
  [noSuchKey('a b', 'MPLE'), 'usage.no-such-key', "mfad keys rotate 'a b'"],
  [keyInUse('MPLE', 'a b'), 'profile.key-in-use', "mfad keys rotate 'a b'"],
  [keyStillNamed('MPLE', { line: 7, path: '/c' }, 'a b'), 'profile.key-in-use', "mfad keys rotate 'a b'"],
  [notTheSessionsUser('a b'), 'profile.keys-changed', "mfad logout 'a b'"],
  [notKnownYet('a b', 30), 'sts.unavailable', "mfad keys rotate 'a b'"],
])('%s: names a command that can be pasted', (error, code, command) => {
  expect(error.code).toBe(code)
  expect(error.hint.endsWith(`: ${command}`)).toBe(true)
})
