import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError, errorBody, exitCodeOf, httpStatusOf } from '../../src/core/errors.ts'

describe('the exit code of an error', () => {
  // Design §5.
  it.each([
    ['internal.bug', 1],
    ['usage.bad-arguments', 2],
    ['usage.malformed-token-code', 2],
    ['daemon.not-running', 3],
    ['daemon.stopping', 3],
    ['profile.not-found', 4],
    ['profile.session-not-ours', 4],
    ['settings.invalid', 4],
    ['device.different-users', 4],
    ['notifier.unavailable', 4],
    ['sts.token-code-rejected', 5],
    ['device.token-code-used', 5],
    ['network.unreachable', 6],
    ['sts.throttled', 6],
    ['sts.unavailable', 6],
    ['sts.invalid-answer', 6],
    ['file.rejected-by-aws', 7],
    ['file.cannot-replace', 7],
    ['session.too-short', 8],
    ['interrupted.by-user', 130],
  ])('of %s is %i', (code, exitCode) => {
    expect(exitCodeOf(code)).toBe(exitCode)
  })

  it.each(['', 'profile', 'no-dot', '.problem', 'unknown.problem', 'constructor.problem', 'toString'])(
    'of the unknown code %j is 1',
    (code) => {
      expect(exitCodeOf(code)).toBe(1)
    },
  )

  it('is never that of a bug for an error that the sources name', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.ts$/.test(name),
    )
    const thrown = /(?:new AppError\(|code:|usage\()\s*'([a-z]+\.[a-z-]+)'/g
    const codes = sources.flatMap((name) =>
      [...readFileSync(`src/${name}`, 'utf8').matchAll(thrown)].map(([, code]) => code ?? ''),
    )
    expect(codes.length).toBeGreaterThan(50)
    expect(codes.filter((code) => exitCodeOf(code) === 1 && !code.startsWith('internal.'))).toEqual([])
  })
})

describe('the HTTP status of an error', () => {
  it.each([
    ['internal.bug', 500],
    ['usage.bad-request', 400],
    ['daemon.stopping', 503],
    ['profile.not-found', 404],
    ['profile.no-keys', 409],
    ['sts.token-code-rejected', 403],
    ['network.timeout', 502],
    ['sts.throttled', 502],
    ['file.busy', 409],
    ['session.too-short', 409],
    ['unknown.problem', 500],
    ['interrupted.by-user', 500],
  ])('of %s is %i', (code, status) => {
    expect(httpStatusOf(code)).toBe(status)
  })
})

describe('an error on the wire', () => {
  it('is its code, message and hint, without its cause', () => {
    const error = new AppError('file.io', 'it broke', 'mend it', new Error('secret'))
    expect(errorBody(error)).toEqual({ code: 'file.io', message: 'it broke', hint: 'mend it' })
    expect(error.cause).toEqual(new Error('secret'))
  })

  it.each([new Error('hunter2'), 'hunter2', undefined, { code: 'hunter2', message: 'hunter2' }])(
    'keeps the text of a bug to itself: %j',
    (bug) => {
      const body = errorBody(bug)
      expect(body.code).toBe('internal.bug')
      expect(JSON.stringify(body)).not.toContain('hunter2')
    },
  )

  it('has no cause of its own where none was given', () => {
    expect('cause' in new AppError('file.io', 'it broke', '')).toBe(false)
  })
})
