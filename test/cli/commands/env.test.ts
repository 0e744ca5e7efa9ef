import { expect, it } from 'vitest'
import { run } from '../../../src/cli/run.ts'
import { captureOutput } from '../../support/captured-output.ts'

async function refusal(args: string[], environment: Record<string, string> = {}) {
  const output = captureOutput()
  const exitCode = await run(['env', ...args], { HOME: '/nonexistent/home', ...environment }, output)
  return [exitCode, output.stdout, output.stderr]
}

it.each(['/bin/csh', '/usr/local/bin/tcsh'])(
  'has no format for %s, and names a way without one',
  async (SHELL) => {
    expect(await refusal(['dev'], { SHELL })).toEqual([
      2,
      '',
      'mfad: mfad env has no format for csh\n  → start the shell with the session: mfad exec PROFILE -- tcsh\n',
    ])
  },
)

it('names the formats that there are', async () => {
  expect(await refusal(['dev', '--format', `f${'o'.repeat(50)}`])).toEqual([
    2,
    '',
    expect.stringMatching(/^mfad: there is no format "fo{39}"\n {2}→ choose one of sh, fish, /),
  ])
})

it('takes a port for the endpoint only', async () => {
  const [exitCode, , stderr] = await refusal(['dev', '--port', '4000'])
  expect([exitCode, stderr]).toEqual([
    2,
    'mfad: --port goes with --endpoint\n  → write: mfad env dev --endpoint --port 4000\n',
  ])
})
