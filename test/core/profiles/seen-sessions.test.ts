import { describe, expect, it } from 'vitest'
import { type SeenSessions, watchSessions } from '../../../src/core/profiles/seen-sessions.ts'
import { keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'

const at = (time: string) => new Date(`2026-11-23T${time}Z`)
const dev = `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`
const session = sessionOf('dev-mfa', '2026-11-23T12:00:00Z')
const watch = (before: SeenSessions, credentials: string, now: Date, isRestoring = false) =>
  watchSessions(before, profilesOf(credentials), () => isRestoring, now)
const seen = watch(new Map(), dev + session, at('10:00:00')).seen

describe('a live session that was seen', () => {
  it('is lost when it stays away for two seconds', () => {
    const first = watch(seen, dev, at('10:00:05'))
    expect(first).toMatchObject({ lost: [], nextAt: at('10:00:07') })
    expect(watch(first.seen, dev, at('10:00:06')).lost).toEqual([])
    const last = watch(first.seen, dev, at('10:00:07'))
    expect(last.lost).toMatchObject([{ profile: 'dev' }])
    expect(watch(last.seen, dev, at('10:00:09')).lost).toEqual([])
  })

  it('is not lost when it comes back, or while it is being restored', () => {
    const first = watch(seen, dev, at('10:00:05'))
    expect(watch(first.seen, dev, at('10:00:09'), true).lost).toEqual([])
    const back = watch(first.seen, dev + session, at('10:00:09'))
    expect(back).toEqual({ seen, lost: [] })
  })

  it('is replaced by the next one, and lost to a section that is not ours', () => {
    const next = sessionOf('dev-mfa', '2026-11-23T20:00:00Z', 'ASIA2222222222222222')
    expect(watch(seen, dev + next, at('10:00:05'))).toMatchObject({ lost: [] })
    const foreign = watch(seen, `${dev}[dev-mfa]\naws_access_key_id = ASIA1111111111111111\n`, at('10:00:05'))
    expect(watch(foreign.seen, dev, at('10:00:07')).lost).toHaveLength(1)
  })

  it('is nothing to miss once it has expired', () => {
    expect(watch(seen, dev, at('12:00:00'))).toEqual({ seen: new Map(), lost: [] })
  })
})
