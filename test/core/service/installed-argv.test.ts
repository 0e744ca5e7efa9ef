import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { daemonArgv } from '../../../src/core/service/daemon-argv.ts'
import { propertyListArgv, unitArgv } from '../../../src/core/service/installed-argv.ts'
import { planService } from '../../../src/core/service/plan-service.ts'

const templates = {
  systemd: readFileSync('systemd/mfad.service', 'utf8'),
  systemdSocket: readFileSync('systemd/mfad.socket', 'utf8'),
  launchd: readFileSync('launchd/io.mfad.daemon.plist', 'utf8'),
}
const fileOf = (platform: 'linux' | 'darwin', nodePath: string, scriptPath: string) =>
  planService({
    platform,
    home: '/home/me',
    uid: 1,
    nodePath,
    scriptPath,
    environment: new Map([['MFAD_CONFIG', '/x']]),
    templates,
  }).files[0]?.content ?? ''

const text = fc.string({
  unit: fc.constantFrom(...'abc"\'\\%$ ;#:@=~{}<>&n/', '$$', '%%', '&amp;', '\\\\', '</string>'),
})

describe('what an installed service starts', () => {
  test('is read back from a unit as it was', () => {
    fc.assert(
      fc.property(text, text, (node, script) => {
        const nodePath = `/${node.replace(/["'\\]/g, '')}`
        expect(unitArgv(fileOf('linux', nodePath, `/${script}`))).toEqual(daemonArgv(nodePath, `/${script}`))
      }),
    )
  })

  test('is read back from a property list as it was', () => {
    fc.assert(
      fc.property(text, text, (node, script) => {
        expect(propertyListArgv(fileOf('darwin', `/${node}`, `/${script}`))).toEqual(
          daemonArgv(`/${node}`, `/${script}`),
        )
      }),
    )
  })

  test.each([
    ['ExecStart=/usr/bin/node /opt/mfad.cjs daemon\n', ['/usr/bin/node', '/opt/mfad.cjs', 'daemon']],
    ['[Service]\n', []],
    ['', []],
  ])('is read from a unit that somebody has written: %j', (unit, argv) => {
    expect(unitArgv(unit)).toEqual(argv)
  })

  test('is nothing in a file that is no property list', () => {
    expect(propertyListArgv('<plist>')).toEqual([])
  })
})
