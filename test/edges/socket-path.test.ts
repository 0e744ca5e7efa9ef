import { describe, expect, it } from 'vitest'
import { checkSocketPath, fitsSocketPath } from '../../src/edges/socket-path.ts'
import { thrownBy } from '../support/thrown.ts'

const most = process.platform === 'darwin' ? 103 : 107
const ofBytes = (count: number) => `/${'a'.repeat(count - 1)}`

describe('the path of a socket', () => {
  it('may be as long as the system allows', () => {
    expect(fitsSocketPath(ofBytes(most))).toBe(true)
    expect(() => checkSocketPath(ofBytes(most))).not.toThrow()
  })

  it('may not be a byte longer: Node would cut it without a word', () => {
    const path = ofBytes(most + 1)
    expect(fitsSocketPath(path)).toBe(false)
    expect(thrownBy(() => checkSocketPath(path))).toEqual({
      code: 'daemon.socket-path',
      message: `the socket's path is ${most + 1} bytes long, and the system allows ${most}: ${path}`,
      hint: 'choose a shorter one with MFAD_SOCKET or the setting socket',
    })
  })

  it('is counted in bytes, not in characters', () => {
    expect(fitsSocketPath(`/${'ü'.repeat(53)}`)).toBe(most >= 107)
    expect(fitsSocketPath(`/${'ü'.repeat(54)}`)).toBe(false)
  })
})
