import { describe, expect, it } from 'vitest'
import { alreadyRunning, type DaemonNote, leavesTo } from '../../../src/core/service/one-daemon.ts'

const note = (pid: number, startedAt: string | undefined, isService = false): DaemonNote => ({
  pid,
  credentials: '/c',
  socket: `/run/${pid}.sock`,
  isService,
  ...(startedAt === undefined ? {} : { startedAt }),
})

describe('of two daemons on one credentials file', () => {
  it.each([
    ['the one that was there first', note(9, '100'), note(5, '99')],
    ['the service, whenever it was started', note(5, '99'), note(9, '100', true)],
    ['of two of the same moment the one with the lower number', note(9, '100'), note(5, '100')],
    ['ticks are numbers', note(9, '100'), note(5, '20')],
  ])('stays %s', (_what, leaving, staying) => {
    expect(leavesTo(leaving, [staying])).toBe(staying)
    expect(leavesTo(staying, [leaving])).toBeUndefined()
  })

  it('none leaves for a note that may be that of a process long gone', () => {
    expect(leavesTo(note(9, '100'), [note(5, undefined)])).toBeUndefined()
    expect(leavesTo(note(9, undefined), [note(5, '1')])).toBeUndefined()
  })

  it('none leaves for nobody', () => {
    expect(leavesTo(note(9, '100'), [])).toBeUndefined()
  })

  it('the other one is named by what reaches it, whatever its path holds', () => {
    const { message, hint } = alreadyRunning({ ...note(7, '1'), socket: '/run/a b\n.sock' })
    expect(message).not.toContain('\n')
    expect(hint).toContain("export MFAD_SOCKET='/run/a b")
  })
})
