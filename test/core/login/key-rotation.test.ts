import { expect, it } from 'vitest'
import { formerLeft } from '../../../src/core/login/key-rotation.ts'

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
