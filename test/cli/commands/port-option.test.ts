import { expect, it } from 'vitest'
import { chosenPort } from '../../../src/cli/commands/port-option.ts'
import { endpointPorts } from '../../../src/core/container-credentials.ts'
import { thrownBy } from '../../support/thrown.ts'

const { usual, least, most } = endpointPorts

it('is the usual one where none is given', () => {
  expect(chosenPort({})).toBe(usual)
})

it.each([least, most, 40_000])('may be %i', (port) => {
  expect(chosenPort({ port: String(port) })).toBe(port)
})

it.each([
  '',
  '0',
  String(least - 1),
  String(most + 1),
  '123456',
  'x4000',
  '4000x',
  '-4000',
  '4e3',
  ' 4000',
  '4000\n',
])('cannot be %j', (port) => {
  expect(thrownBy(() => chosenPort({ port }))).toEqual({
    code: 'usage.bad-arguments',
    message: `--port takes a number from ${least} to ${most}`,
    hint: `choose one, or leave it out for ${usual}`,
  })
})
