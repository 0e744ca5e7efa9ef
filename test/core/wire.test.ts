import { describe, expect, it } from 'vitest'
import {
  readKeysRequest,
  readLoginRequest,
  readNotifyTestRequest,
  readProfileEdit,
  readProfileRequest,
  readSnoozeRequest,
  readStatusQuery,
  readStatusTextRequest,
  readWaitRequest,
} from '../../src/core/wire.ts'
import { thrownBy } from '../support/thrown.ts'

const refusal = (read: (body: unknown) => unknown, body: unknown) => {
  const { code, message } = thrownBy(() => read(body))
  expect(code).toBe('usage.bad-request')
  return message
}

const readers = {
  readKeysRequest,
  readLoginRequest,
  readNotifyTestRequest,
  readProfileEdit,
  readProfileRequest,
  readSnoozeRequest,
  readStatusTextRequest,
  readWaitRequest,
}
const complete = {
  readLoginRequest: { profiles: ['dev'] },
  readProfileEdit: { profile: 'dev', change: 'device' },
  readProfileRequest: { profile: 'dev' },
  readNotifyTestRequest: { waitSeconds: 30 },
  readKeysRequest: { profile: 'dev', action: 'store' },
  readSnoozeRequest: { seconds: 60 },
  readStatusTextRequest: { version: '1', variables: {}, colours: 'none', utcOffset: 0, profiles: [] },
  readWaitRequest: { profile: 'dev', leastSeconds: 0, waitSeconds: 1 },
}

describe.each(Object.keys(readers) as (keyof typeof readers)[])('%s', (name) => {
  it.each([null, undefined, 'text', 7, true, [], [{ profiles: [] }]])('refuses %j for a body', (body) => {
    expect(refusal(readers[name], body)).toBe('the body must be a JSON object')
  })

  it.each(['{"safe":true}', '{"__proto__":{}}', '{"constructor":1}', '{"":1}'])(
    'refuses the unknown field in %s, without repeating it',
    (json) => {
      const body = { ...complete[name], ...JSON.parse('{}') }
      Object.defineProperties(body, Object.getOwnPropertyDescriptors(JSON.parse(json)))
      expect(refusal(readers[name], body)).toMatch(
        /^the body holds a field that this request does not have; it knows /,
      )
    },
  )

  it('takes the least that it needs', () => {
    expect(readers[name](complete[name])).toEqual(complete[name])
  })
})

describe('a request about keys', () => {
  it('may name the end of a key that is to be deleted', () => {
    const body = { profile: 'dev', action: 'rotate', deleteOther: 'MPLE' }
    expect(readKeysRequest(body)).toEqual(body)
  })

  it.each([
    [{ profile: '', action: 'store' }, 'profile must be a name'],
    [{ profile: 'dev', action: 'delete' }, 'action must be store, restore or rotate'],
    [{ profile: 'dev' }, 'action must be store, restore or rotate'],
    [
      { profile: 'dev', action: 'rotate', deleteOther: 'x' },
      'deleteOther must be the end of an access key id, four characters or more',
    ],
    [
      { profile: 'dev', action: 'rotate', deleteOther: 5 },
      'deleteOther must be the end of an access key id, four characters or more',
    ],
  ])('%j is refused', (body, message) => {
    expect(refusal(readKeysRequest, body)).toBe(message)
  })
})

describe('a change of a profile', () => {
  it.each([
    { profile: 'dev', change: 'device', serialNumber: 'alice-phone' },
    { profile: 'dev', change: 'in-place' },
    { profile: 'dev', change: 'beside' },
    { profile: 'dev', change: 'live', name: 'dev-live' },
  ])('may be %j', (body) => {
    expect(readProfileEdit(body)).toEqual(body)
  })

  it.each([
    [{ profile: '', change: 'device' }, 'profile must be a name'],
    [{ profile: 'dev' }, 'change must be device, in-place, beside or live'],
    [{ profile: 'dev', change: 'device', serialNumber: 7 }, 'serialNumber must be a string'],
    [{ profile: 'dev', change: 'live' }, 'name must be a name'],
  ])('cannot be %j', (body, says) => {
    expect(refusal(readProfileEdit, body)).toBe(says)
  })
})

describe('a login request', () => {
  it('may hold every field', () => {
    const body = {
      profiles: ['dev', 'staging'],
      all: false,
      tokenCode: '123456',
      serialNumber: 'GAHT12345678',
      durationSeconds: 3600,
      save: true,
      adopt: true,
      assuming: { HOME: '/home/me', AWS_CONFIG_FILE: '/f' },
    }
    expect(readLoginRequest(body)).toEqual(body)
  })

  it('may name nobody', () => {
    expect(readLoginRequest({ profiles: [] })).toEqual({ profiles: [] })
  })

  it.each([
    ['profiles', undefined, 'profiles must be a list of at most 100 names'],
    ['profiles', 'dev', 'profiles must be a list of at most 100 names'],
    ['profiles', [''], 'profiles must be a list of at most 100 names'],
    ['profiles', [7], 'profiles must be a list of at most 100 names'],
    ['profiles', ['dev', null], 'profiles must be a list of at most 100 names'],
    ['profiles', ['x'.repeat(513)], 'profiles must be a list of at most 100 names'],
    ['profiles', Array(101).fill('dev'), 'profiles must be a list of at most 100 names'],
    ['all', 'true', 'all must be true or false'],
    ['all', null, 'all must be true or false'],
    ['adopt', 1, 'adopt must be true or false'],
    ['save', 'yes', 'save must be true or false'],
    ['assuming', { HOME: 7 }, 'a variable must be a path'],
    ['assuming', { HOME: '/home/me', AWS_CONFIG_FILE: null }, 'a variable must be a path'],
    ['assuming', { HOME: 'x'.repeat(4097) }, 'a variable must be a path'],
    ['assuming', [], 'the body must be a JSON object'],
    ['tokenCode', 123456, 'tokenCode must be a string of six digits'],
    ['tokenCode', null, 'tokenCode must be a string of six digits'],
    ['tokenCode', '1'.repeat(65), 'tokenCode must be a string of six digits'],
    ['serialNumber', '', 'serialNumber must be a string'],
    ['serialNumber', 5, 'serialNumber must be a string'],
    ['serialNumber', 'x'.repeat(513), 'serialNumber must be a string'],
    ['durationSeconds', '3600', 'durationSeconds must be a whole number of seconds'],
    ['durationSeconds', 1.5, 'durationSeconds must be a whole number of seconds'],
    ['durationSeconds', 1e300, 'durationSeconds must be a whole number of seconds'],
    ['durationSeconds', null, 'durationSeconds must be a whole number of seconds'],
  ])('is refused with %s = %j', (field, value, message) => {
    expect(refusal(readLoginRequest, { profiles: ['dev'], [field]: value })).toBe(message)
  })
})

describe('a logout or renew request', () => {
  it.each([undefined, null, '', 7, ['dev'], 'x'.repeat(513)])('is refused with the profile %j', (profile) => {
    expect(refusal(readProfileRequest, { profile })).toBe('profile must be a name')
  })
})

describe('a snooze request', () => {
  it.each([0, 1, 604_800])('may be for %i seconds', (seconds) => {
    expect(readSnoozeRequest({ seconds })).toEqual({ seconds })
    expect(readSnoozeRequest({ profile: 'dev', seconds })).toEqual({ profile: 'dev', seconds })
  })

  it.each([undefined, null, '60', -1, 1.5, 604_801, Number.MAX_VALUE])(
    'is refused with %j seconds',
    (seconds) => {
      expect(refusal(readSnoozeRequest, { seconds })).toBe('seconds must be a whole number from 0 to 604800')
    },
  )

  it.each(['', 7, null])('is refused with the profile %j', (profile) => {
    expect(refusal(readSnoozeRequest, { profile, seconds: 60 })).toBe('profile must be a name')
  })
})

describe('a request for a test reminder', () => {
  it.each([
    [{}, 0],
    [{ waitSeconds: 0 }, 0],
    [{ waitSeconds: 80 }, 80],
  ])('%j waits %i seconds', (body, waitSeconds) => {
    expect(readNotifyTestRequest(body)).toEqual({ waitSeconds })
  })

  it.each([null, '30', -1, 1.5, 81])('is refused with %j seconds', (waitSeconds) => {
    expect(refusal(readNotifyTestRequest, { waitSeconds })).toBe(
      'waitSeconds must be a whole number from 0 to 80',
    )
  })
})

describe('a request for the text of a status', () => {
  it('may hold every field', () => {
    const body = {
      version: '0.1.0',
      variables: { HOME: '/home/me', MFAD_CONFIG: '~/mfad.ini', XDG_RUNTIME_DIR: '/run/user/1000' },
      colours: 'many',
      columns: 80,
      rows: 24,
      utcOffset: -570,
      all: true,
      profiles: ['dev', 'staging'],
    }
    expect(readStatusTextRequest(body)).toEqual(body)
  })

  it.each([
    ['version', undefined, 'version must be a string'],
    ['variables', undefined, 'the body must be a JSON object'],
    ['variables', { HOME: 7 }, 'a variable must be a path'],
    ['variables', { HOME: 'x'.repeat(4097) }, 'a variable must be a path'],
    [
      'variables',
      { AWS_SECRET_ACCESS_KEY: 'x' },
      'the body holds a field that this request does not have; it knows HOME, MFAD_CONFIG, MFAD_SOCKET, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE, XDG_CONFIG_HOME, XDG_RUNTIME_DIR',
    ],
    ['colours', undefined, 'colours must be none, sixteen or many'],
    ['colours', 'toString', 'colours must be none, sixteen or many'],
    ['columns', 0, 'columns and rows must be whole numbers from 1 to 10000'],
    ['rows', 10_001, 'columns and rows must be whole numbers from 1 to 10000'],
    ['rows', '24', 'columns and rows must be whole numbers from 1 to 10000'],
    ['rows', null, 'columns and rows must be whole numbers from 1 to 10000'],
    ['utcOffset', undefined, 'utcOffset must be a whole number from -2880 to 2880'],
    ['utcOffset', 0.5, 'utcOffset must be a whole number from -2880 to 2880'],
    ['utcOffset', -2881, 'utcOffset must be a whole number from -2880 to 2880'],
    ['all', 'yes', 'all must be true or false'],
    ['profiles', Array(101).fill('dev'), 'profiles must be a list of at most 100 names'],
    ['profiles', 'dev', 'profiles must be a list of at most 100 names'],
  ])('is refused with %s = %j', (field, value, message) => {
    expect(refusal(readStatusTextRequest, { ...complete.readStatusTextRequest, [field]: value })).toBe(
      message,
    )
  })
})

describe('a request to wait', () => {
  const least = { profile: 'dev', waitSeconds: 60 }

  it('may hold every field', () => {
    const body = { ...least, leastSeconds: 129_600, program: 'p'.repeat(64) }
    expect(readWaitRequest(body)).toEqual(body)
    expect(readWaitRequest(least)).toEqual({ ...least, leastSeconds: 0 })
  })

  it.each([
    ['profile', '', /^profile must be a name$/],
    ['leastSeconds', -1, /^leastSeconds must be a whole number from 0 to \d+$/],
    ['leastSeconds', 1.5, /^leastSeconds must be a whole number from 0 to \d+$/],
    ['leastSeconds', '60', /^leastSeconds must be a whole number from 0 to \d+$/],
    ['leastSeconds', 129_601, /^leastSeconds must be a whole number from 0 to \d+$/],
    ['waitSeconds', 0, /^waitSeconds must be a whole number from 1 to \d+$/],
    ['waitSeconds', undefined, /^waitSeconds must be a whole number from 1 to \d+$/],
    ['waitSeconds', 86_401, /^waitSeconds must be a whole number from 1 to \d+$/],
    ['program', 7, /^program must be a string of at most \d+ characters$/],
    ['program', 'p'.repeat(65), /^program must be a string of at most \d+ characters$/],
  ])('is refused with %s = %j', (field, value, message) => {
    expect(refusal(readWaitRequest, { ...least, [field]: value })).toMatch(message)
  })
})

describe('the query of a status', () => {
  const read = (query: string) => readStatusQuery(new URLSearchParams(query))

  it.each([
    ['', { after: '', waitSeconds: 0 }],
    ['after=7&wait=300', { after: '7', waitSeconds: 300 }],
    [`after=${'x'.repeat(65)}`, { after: 'x'.repeat(64), waitSeconds: 0 }],
  ])('%j', (query, meaning) => {
    expect(read(query)).toEqual(meaning)
  })

  it.each(['wait=-1', 'wait=1.5', 'wait=', 'wait=x', 'wait=1000000000', 'wait=301', 'since=7'])(
    'is refused: %s',
    (query) => {
      expect(thrownBy(() => read(query)).code).toBe('usage.bad-request')
    },
  )
})
