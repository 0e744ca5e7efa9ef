import { expect, it } from 'vitest'
import { createAgentState, rememberLife } from '../../src/daemon/agent-state.ts'

it('of the lives of sessions only the last thousand are remembered', () => {
  const state = createAgentState()
  for (let session = 0; session < 1001; session++) rememberLife(state, `ASIA${session}`, 60)
  rememberLife(state, 'ASIA1000', 120)
  expect(state.lifeSeconds.size).toBe(1000)
  expect(state.lifeSeconds.has('ASIA0')).toBe(false)
  expect(state.lifeSeconds.get('ASIA1')).toBe(60)
  expect(state.lifeSeconds.get('ASIA1000')).toBe(120)
})
