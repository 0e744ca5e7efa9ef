import { afterEach, describe, expect, it, vi } from 'vitest'
import { type LogEntry, logJson, logText } from '../../../src/cli/text/log-text.ts'

afterEach(() => vi.unstubAllEnvs())

const show = (entry: LogEntry) => logText(entry, (style, text) => `<${style}>${text}</>`)
const line = (facts: object) => ({
  text: JSON.stringify({ level: 'info', time: '2026-11-26T16:40:03.123Z', ...facts }),
})

describe('a line of the log', () => {
  it.each([
    [{ msg: 'stopped' }, 'info  stopped'],
    [{ reason: 'SIGTERM', msg: 'stopping' }, 'info  stopping  reason=SIGTERM'],
    [
      { renewed: [{ profile: 'dev', sessionProfile: 'dev-mfa' }, { profile: 'a b' }], msg: 'logged in' },
      'info  logged in  renewed=dev,"a b"',
    ],
    [
      { error: { code: 'file.io', message: 'it is "full"', hint: 'df' }, msg: 'no' },
      'info  no  error="it is \\"full\\"" (file.io)',
    ],
    [
      { files: { config: '/c', socket: '/s s' }, pid: 7, msg: 'started' },
      'info  started  files.config=/c  files.socket="/s s"  pid=7',
    ],
    [{ until: null, msg: 'odd' }, 'info  odd  until=null'],
    [{ level: 'warn', msg: 'late' }, '<yellow>warn </> late'],
    [{ level: 'error', msg: 'bug' }, '<red>error</> bug'],
    [{ level: 'debug', msg: 'more' }, '<dim>debug</> more'],
    [{ level: 'toString', msg: 'odd' }, 'toSt… odd'],
  ])('%j', (facts, text) => {
    expect(show(line(facts)).replace(/^<dim>[^<]*<\/> /, '')).toBe(text)
  })

  it('has the time on the wall', () => {
    vi.stubEnv('TZ', 'Asia/Tokyo')
    expect(show(line({ msg: 'stopped' }))).toBe('<dim>2026-11-27 01:40:03</> info  stopped')
  })

  it.each(['Error: a crash', '{"level":30', '[1]', '"text"', 'null', '{"msg":7}', ''])(
    'that is none of the daemon’s is shown as it is: %s',
    (text) => {
      expect(show({ text })).toBe(text)
      expect(show({ text, at: new Date('2026-11-26T16:40:03Z') })).toMatch(/^<dim>2026-11-2\d .+<\/> /)
      expect(JSON.parse(logJson({ text, at: new Date('2026-11-26T16:40:03Z') }))).toEqual({
        time: '2026-11-26T16:40:03.000Z',
        msg: text,
      })
    },
  )

  it('shows every character of a hostile one, and at most a thousand of them', () => {
    const hostile = '\u001b]0;title\u0007\r\nmfad: \u202eall is well\u009b2J'
    for (const entry of [{ text: hostile }, line({ msg: hostile }), line({ [hostile]: hostile, msg: 'x' })]) {
      const text = show(entry).replace(/<.*?>/g, '')
      expect(text).not.toMatch(/\p{Cc}|\u202e/u)
      expect(text).toMatch(/\\u\{1b\}|\\u001b/)
    }
    expect(show({ text: 'x'.repeat(5000) })).toHaveLength(1000)
    expect(show(line({ msg: 'x'.repeat(5000) })).length).toBeLessThan(1050)
    expect(show(line({ time: '\u001b[2J', msg: 'x' }))).toBe('info  x')
  })

  it('of the daemon’s is JSON as it was written', () => {
    const entry = line({ msg: 'stopped', more: '\u00e4' })
    expect(logJson(entry)).toBe(entry.text)
  })
})
