import { describe, expect, it } from 'vitest'
import { createLogger } from '../../src/edges/logger.ts'

function logTo(lines: unknown[]) {
  return createLogger('info', [], { write: (line: string) => void lines.push(JSON.parse(line)) })
}

describe('the log', () => {
  it('holds one JSON object a line, with its facts', () => {
    const lines: unknown[] = []
    logTo(lines).warn({ profile: 'dev' }, 'it happened')
    expect(lines).toEqual([
      { level: 'warn', time: expect.stringMatching(/^\d{4}-.+Z$/), profile: 'dev', msg: 'it happened' },
    ])
  })

  it('follows its level while it runs, both ways', () => {
    const lines: unknown[] = []
    const log = logTo(lines)
    log.debug({}, 'not yet')
    log.setLevel('debug')
    log.debug({}, 'now')
    log.setLevel('error')
    log.warn({}, 'not any more')
    expect(lines).toMatchObject([{ level: 'debug', msg: 'now' }])
  })
})
