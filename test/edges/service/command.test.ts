import { describe, expect, test } from 'vitest'
import { runServiceCommand } from '../../../src/edges/service/command.ts'

describe('a command of a service manager', () => {
  test('that succeeds gives 0', async () => {
    expect(await runServiceCommand(['true'])).toEqual({ exitCode: 0, detail: '' })
  })

  test('that fails gives its exit status and what it said on stderr', async () => {
    const outcome = await runServiceCommand(['sh', '-c', 'echo out; echo "no $1" >&2; exit 5', 'sh', 'a b'])
    expect(outcome).toEqual({ exitCode: 5, detail: 'no a b\n' })
  })

  test('that does not exist gives no exit status but the reason', async () => {
    expect(await runServiceCommand(['/no/such/program'])).toEqual({ exitCode: null, detail: 'ENOENT' })
  })

  test('that was killed gives no exit status', async () => {
    expect((await runServiceCommand(['sh', '-c', 'kill -9 $$'])).exitCode).toBeNull()
  })

  test('that writes without end is ended', async () => {
    expect(await runServiceCommand(['yes'])).toEqual({
      exitCode: null,
      detail: 'printed more than 1 MiB',
    })
  })

  test('speaks English, whatever the language of the user', async () => {
    expect((await runServiceCommand(['sh', '-c', 'echo "$LC_ALL" >&2'])).detail).toBe('C\n')
  })

  test('that does not end is killed', async () => {
    expect(await runServiceCommand(['sleep', '60'], 50)).toEqual({
      exitCode: null,
      detail: 'no answer within 0.05 s',
    })
  })
})
