import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreedValue } from '../../../src/core/document/document.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { isPortableName, isRegion, isSerialNumber } from '../../../src/core/profiles/aws-values.ts'
import { inStepKeys } from '../../../src/core/profiles/in-step-settings.ts'
import {
  readSession,
  readSessionCredentials,
  type SessionCredentials,
  sectionValues,
  sessionKeys,
  sessionValues,
} from '../../../src/core/profiles/session-section.ts'
import { formatInstant } from '../../../src/core/time/instant.ts'
import { parse, sessionOf } from '../../support/profiles.ts'
import { thrownBy } from '../../support/thrown.ts'

const issued: SessionCredentials = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  sessionToken: 'FwoGZXIvYXdzEBYaDK+/abc_-==',
  expiration: new Date('2026-11-23T10:32:13.999Z'),
}

const ours = sessionOf('dev-mfa', '2026-11-23T10:32:13Z')
const session = (text: string) => readSession(parse(text), 'dev-mfa')

describe('the section that is written', () => {
  it('has the keys of the contract in their order, and the region where there is one', () => {
    expect([...sessionValues(issued, { region: 'eu-west-1' })]).toEqual([
      ['aws_access_key_id', 'ASIAIOSFODNN7EXAMPLE'],
      ['aws_secret_access_key', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
      ['aws_session_token', 'FwoGZXIvYXdzEBYaDK+/abc_-=='],
      ['expiration', '2026-11-23T10:32:13Z'],
      ['region', 'eu-west-1'],
      ['manager', 'mfad'],
      ['mfad_key', 'N7EXAMPLE'.slice(-8)],
    ])
    expect([...sessionValues(issued, {}).keys()]).not.toContain('region')
  })

  it('never has aws_security_token, but counts it among its own, so that it is removed', () => {
    expect([...sessionValues(issued, { region: 'eu-west-1' }).keys()]).not.toContain('aws_security_token')
    expect(sessionKeys).toContain('aws_security_token')
  })

  it('lists its keys in the order in which they are written', () => {
    const settings = new Map(inStepKeys.map((key) => [key, key === 'region' ? 'eu-west-1' : 'x']))
    const written = [...sessionValues(issued, { settings, serialNumber: 'GAHT12345678' }).keys()]
    expect(sessionKeys.filter((key) => key !== 'aws_security_token')).toEqual(written)
  })

  it('holds the device of the session where it is not the one of the profile', () => {
    const dev = { inStep: new Map(), mfaSerial: 'GAHT12345678' }
    expect(sectionValues(dev, 'GAHT12345678').serialNumber).toBeUndefined()
    const values = sessionValues(issued, sectionValues(dev, 'GAHT99999999'))
    expect([...values].at(-1)).toEqual(['mfad_serial', 'GAHT99999999'])
    expect(thrownBy(() => sessionValues(issued, { serialNumber: 'my\nphone' })).message).toContain(
      'malformed serial number;',
    )
  })

  const hostile = 'abc\ncredential_process = /bin/evil'
  it.each<[string, Partial<SessionCredentials>, string]>([
    ['a token with a line break and a command', { sessionToken: hostile }, 'session token'],
    ['a token with a carriage return', { sessionToken: 'abc\rdef' }, 'session token'],
    ['a token that ends in a line break', { sessionToken: 'abc\n' }, 'session token'],
    ['a token with a comment', { sessionToken: 'abc # d' }, 'session token'],
    ['a quoted token', { sessionToken: '"abc"' }, 'session token'],
    ['a token with a space', { sessionToken: 'abc ' }, 'session token'],
    ['an empty token', { sessionToken: '' }, 'session token'],
    ['a token of more than 8 KiB', { sessionToken: 'a'.repeat(8193) }, 'session token'],
    ['a secret with a line break', { secretAccessKey: hostile }, 'secret access key'],
    ['a secret with a percent sign', { secretAccessKey: 'a%b' }, 'secret access key'],
    ['an empty secret', { secretAccessKey: '' }, 'secret access key'],
    ['a secret of more than 8 KiB', { secretAccessKey: 'a'.repeat(8193) }, 'secret access key'],
    ['long-term keys', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, 'access key id'],
    ['a key id in lower case', { accessKeyId: 'ASIAiosfodnn7example' }, 'access key id'],
    ['a key id that is too short', { accessKeyId: 'ASIA12345678901' }, 'access key id'],
    ['a key id with a line break', { accessKeyId: 'ASIAIOSFODNN7EXAMPLE\n' }, 'access key id'],
    ['a key id with something before it', { accessKeyId: 'x\nASIAIOSFODNN7EXAMPLE' }, 'access key id'],
    ['no expiration', { expiration: new Date(Number.NaN) }, 'expiration'],
    ['an expiration in the year 10000', { expiration: new Date('+010000-01-01T00:00:00Z') }, 'expiration'],
    ['an expiration before 1970', { expiration: new Date('1969-12-31T23:59:59Z') }, 'expiration'],
  ])('is refused with %s', (_, change, named) => {
    const error = thrownBy(() => sessionValues({ ...issued, ...change }, {}))
    expect(error.code).toBe('sts.invalid-answer')
    expect(error.message).toContain(`malformed ${named};`)
    expect(JSON.stringify(error)).not.toMatch(/evil|ASIA|AKIA|wJalr|FwoG/)
  })

  it.each(['', 'EU-WEST-1', 'eu west', 'eu-west-1\noutput = x', 'a'.repeat(65), 'eu_west'])(
    'is refused with the region %j',
    (region) => {
      expect(thrownBy(() => sessionValues(issued, { region })).message).toContain('malformed region;')
    },
  )

  it('takes a token of exactly 8 KiB', () => {
    const sessionToken = 'a'.repeat(8192)
    expect(sessionValues({ ...issued, sessionToken }, {}).get('aws_session_token')).toBe(sessionToken)
  })

  it('holds no character that could begin or end a line, a comment or a quote, whatever STS answers', () => {
    const texts = fc.oneof(fc.string(), fc.base64String(), fc.constant(hostile))
    fc.assert(
      fc.property(texts, texts, texts, fc.option(texts, { nil: undefined }), (id, secret, token, region) => {
        const answer = { accessKeyId: id, secretAccessKey: secret, sessionToken: token }
        let values: ReadonlyMap<string, string>
        try {
          values = sessionValues({ ...issued, ...answer, accessKeyId: `ASIA${id}` }, { region })
        } catch {
          return
        }
        for (const value of values.values()) expect(value).toMatch(/^[A-Za-z0-9+/=_:-]+$/)
      }),
    )
  })

  it('reads back as what was written', () => {
    const text = [...sessionValues(issued, { region: 'eu-west-1' })]
      .map(([key, value]) => `${key} = ${value}\n`)
      .join('')
    const section = parse(`[dev-mfa]\n${text}`).sections.get('dev-mfa')
    expect(section && readSessionCredentials(section)).toEqual({
      ...issued,
      expiration: new Date('2026-11-23T10:32:13Z'),
    })
  })
})

describe('an expiration', () => {
  it.each([
    ['2026-11-23T10:32:13.999Z', '2026-11-23T10:32:13Z'],
    ['2026-11-23T12:32:13+02:00', '2026-11-23T10:32:13Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ])('of %s is written in UTC and whole seconds: %s', (instant, text) => {
    expect(formatInstant(new Date(instant))).toBe(text)
  })

  it.each([
    '2026-11-23 10:32:13',
    '2026-11-23T10:32:13+00:00',
    '2026-11-23T10:32:13.000Z',
    '2026-11-23T10:32Z',
    '2026-13-40T10:32:13Z',
    'tomorrow',
    '1795430000',
  ])('that stands as %j is not known', (text) => {
    expect(session(sessionOf('dev-mfa', text))).not.toHaveProperty('expiration')
    expect(session(sessionOf('dev-mfa', text))).toMatchObject({ kind: 'ours' })
  })
})

describe('whose a section is', () => {
  it('nobody’s where there is none', () => {
    expect(session('[dev]\nregion = x\n')).toEqual({ kind: 'none' })
  })

  it('ours while manager and mfad_key match its access key id', () => {
    expect(session(`# note\n${ours}`)).toEqual({
      kind: 'ours',
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      expiration: new Date('2026-11-23T10:32:13Z'),
      line: 2,
    })
  })

  it.each([
    [
      'whose keys another program replaced',
      ours.replace('= ASIAIOSFODNN7EXAMPLE', '= ASIAQQQQQQQQQQQQQQQQ'),
      '[dev-mfa] was written by mfad, but another program has changed its keys since',
      true,
    ],
    [
      'whose keys another program replaced by long-term ones',
      ours.replace('= ASIAIOSFODNN7EXAMPLE', '= AKIAIOSFODNN7EXAMPLE'),
      '[dev-mfa] was written by mfad, but another program has changed its keys since',
      false,
    ],
    [
      'without mfad_key',
      ours.replace(/mfad_key.*\n/, ''),
      '[dev-mfa] was written by mfad, but another program has changed its keys since',
      true,
    ],
    [
      'of another manager',
      ours.replace('= mfad\n', '= awsume\n'),
      '[dev-mfa] holds session credentials that mfad did not write',
      true,
    ],
    [
      'with session credentials only',
      '[dev-mfa]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\n',
      '[dev-mfa] holds session credentials that mfad did not write',
      true,
    ],
    [
      'with long-term keys',
      '[dev-mfa]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n',
      "[dev-mfa] is not mfad's",
      false,
    ],
    ['with a malformed key id', '[dev-mfa]\naws_access_key_id = asia\n', "[dev-mfa] is not mfad's", false],
    ['without keys', '[dev-mfa]\nmanager = awsume\n', "[dev-mfa] is not mfad's", true],
    [
      'with a key that AWS tools read differently',
      '[dev-mfa]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE # mine\n',
      "[dev-mfa] is not mfad's",
      false,
    ],
    [
      'whose manager AWS tools read differently',
      ours.replace('= mfad\n', '= mfad # us\n'),
      '[dev-mfa] holds session credentials that mfad did not write',
      true,
    ],
  ])('foreign: one %s', (_, text, reason, isAdoptable) => {
    expect(session(text)).toEqual({ kind: 'foreign', line: 1, reason, isAdoptable })
  })

  it('none: one with settings alone has room for a session', () => {
    expect(session('[dev-mfa]\nregion = eu-west-1\noutput = json\nassumed_role = False\n')).toEqual({
      kind: 'none',
    })
  })

  it.each([
    'credential_process = op read x',
    'role_arn = x',
    'source_profile = dev',
    'sso_session = x',
    'aws_session_token = x',
    'expiration = 2026-11-23 10:32:13',
  ])('foreign: one with %s', (line) => {
    expect(session(`[dev-mfa]\nregion = eu-west-1\n${line}\n`)).toMatchObject({ kind: 'foreign' })
  })

  it('tells the line of a foreign section', () => {
    expect(session(`[dev]\nregion = x\n\n[dev-mfa]\nmanager = x\n`)).toMatchObject({ line: 4 })
  })

  it('never shows a value of the section in its reason', () => {
    const values = '[dev-mfa]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\nmanager = hunter2\n'
    expect(JSON.stringify(session(values))).not.toMatch(/AKIA|hunter2/)
  })
})

describe('the credentials in a section', () => {
  const read = (text: string) => {
    const section = parse(text).sections.get('dev-mfa')
    return section && readSessionCredentials(section)
  }

  it('are read whole', () => {
    expect(read(ours)).toEqual({
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'c2VjcmV0',
      sessionToken: 'dG9rZW4=',
      expiration: new Date('2026-11-23T10:32:13Z'),
    })
  })

  it.each([
    ['a missing key id', /aws_access_key_id.*\n/, ''],
    ['a missing secret', /aws_secret.*\n/, ''],
    ['an empty secret', 'c2VjcmV0', ''],
    ['a missing token', /aws_session.*\n/, ''],
    ['a missing expiration', /expiration.*\n/, ''],
    ['a malformed expiration', '10:32:13Z', '10:32'],
    ['long-term keys', '= ASIA', '= AKIA'],
    ['a malformed token', 'dG9rZW4=', 'dG9r,ZW4='],
    ['a malformed secret', 'c2VjcmV0', 'c2Vj%cmV0'],
    ['a value that AWS tools read differently', 'c2VjcmV0', '"c2VjcmV0"'],
  ])('are not read with %s', (_, from, to) => {
    expect(read(ours)).toBeDefined()
    expect(read(ours.replace(from, to))).toBeUndefined()
  })
})

describe('a value', () => {
  const section = parse('[a]\nplain = v\nempty =\nquoted = "v"\n').sections.get('a')

  it('is agreed on when every AWS tool reads it alike', () => {
    expect(agreedValue(section, 'plain')).toBe('v')
  })

  it.each(['empty', 'quoted', 'absent'])('that is %s is not', (key) => {
    expect(agreedValue(section, key)).toBeUndefined()
  })

  it('is not there where there is no section', () => {
    expect(agreedValue(undefined, 'plain')).toBeUndefined()
  })
})

describe('the name of a profile', () => {
  it.each(['dev', 'dev.team', 'a/b', 'me@home', '100%', 'a:b', '+x', '_', '@', 'a-', 'default', '42'])(
    '%s can be read by every AWS tool',
    (name) => {
      expect(isPortableName(name)).toBe(true)
    },
  )

  it.each([
    '',
    'my dev',
    'DEFAULT',
    '__proto__',
    '-x',
    '--help',
    'schlüssel',
    'a"b',
    'a]b',
    'a\nb',
    'dev\n',
    'a$b',
  ])('%j cannot', (name) => {
    expect(isPortableName(name)).toBe(false)
  })
})

describe('other forms', () => {
  it.each([
    'arn:aws:iam::111122223333:mfa/alice',
    'arn:aws-cn:iam::111122223333:mfa/path/a+b=c,d.e@f-g',
    'GAHT12345678',
    '123456789',
  ])('%s is a serial number', (text) => {
    expect(isSerialNumber(text)).toBe(true)
  })

  it.each(['', '12345678', 'arn:aws:iam::1:mfa/a b', 'GAHT12345678\n', 'a'.repeat(257), 'arn;aws;iam'])(
    '%j is no serial number',
    (text) => {
      expect(isSerialNumber(text)).toBe(false)
    },
  )

  it.each([
    ['eu-west-1', true],
    ['us-gov-west-1', true],
    ['eu-west-1.evil.com', false],
    ['eu-west-1/', false],
    ['eu-west-1\n', false],
    ['', false],
  ])('%j as a region: %s', (text, expected) => {
    expect(isRegion(text)).toBe(expected)
  })
})

it.each(['aws_access_key_id = AKIAIOSFODNN7EXAMPLE', 'aws_secret_access_key = lone'])(
  'a section with one half of a long-term key is never adopted: %s',
  (line) => {
    const document = parseDocument(new TextEncoder().encode(`[dev-mfa]\n${line}\n`))
    expect(readSession(document, 'dev-mfa')).toMatchObject({ kind: 'foreign', isAdoptable: false })
  },
)
