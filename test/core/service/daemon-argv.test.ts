import { expect, it } from 'vitest'
import {
  daemonArgv,
  lateFlags,
  nodeFlags,
  programArgv,
  singleFileFlags,
} from '../../../src/core/service/daemon-argv.ts'

it('starts a script by Node, and a single file by itself', () => {
  expect(programArgv('/usr/bin/node', '/opt/mfad.cjs')).toEqual(['/usr/bin/node', '/opt/mfad.cjs'])
  expect(daemonArgv('/usr/bin/node', '/opt/mfad.cjs')).toEqual([
    '/usr/bin/node',
    ...nodeFlags,
    '/opt/mfad.cjs',
    'daemon',
  ])
  expect(programArgv('/opt/mfad', '/opt/mfad')).toEqual(['/opt/mfad'])
  expect(daemonArgv('/opt/mfad', '/opt/mfad')).toEqual(['/opt/mfad', 'daemon'])
})

it('has each flag of the daemon in a single file, too: as it is, or by what it stands for', () => {
  const standsFor: Record<string, string[]> = {
    '--max-opt=0': ['--no-turbofan', '--no-maglev', '--no-sparkplug'],
  }
  const flags = nodeFlags.flatMap((flag) => standsFor[flag] ?? [flag])
  expect([...singleFileFlags, ...lateFlags].sort()).toEqual(flags.sort())
})
