import { expect, it } from 'vitest'
import { clockOffsetOf, createAgentState, noteIssued } from '../../src/daemon/agent-state.ts'

it('of the lives of sessions only the last thousand are remembered', () => {
  const state = createAgentState()
  for (let session = 0; session < 1001; session++) noteIssued(state, `ASIA${session}`, 60, 'sts.example')
  noteIssued(state, 'ASIA1000', 120, 'sts.example')
  expect([state.lifeSeconds.size, state.issuers.size]).toEqual([1000, 1000])
  expect(state.lifeSeconds.has('ASIA0')).toBe(false)
  expect(state.lifeSeconds.get('ASIA1')).toBe(60)
  expect(state.lifeSeconds.get('ASIA1000')).toBe(120)
})

it('the clock of one host says nothing of the sessions of another', () => {
  const state = createAgentState()
  noteIssued(state, 'ASIA1', 60, 'one')
  noteIssued(state, 'ASIA2', 60, 'two')
  state.clockOffsets.set('one', 500_000)
  expect([
    clockOffsetOf(state, 'ASIA1'),
    clockOffsetOf(state, 'ASIA2'),
    clockOffsetOf(state, 'ASIA3'),
  ]).toEqual([500_000, 0, 0])
})
