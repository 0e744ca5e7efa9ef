import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocatorVariables } from '../../../src/core/service/daemon-argv.ts'
import { unwantedInService } from '../../../src/core/service/environment.ts'
import { unitArgv } from '../../../src/core/service/installed-argv.ts'
import { planService } from '../../../src/core/service/plan-service.ts'
import type { ServiceSettings } from '../../../src/core/service/service-plan.ts'
import { commandLine, environmentLines } from '../../../src/core/service/systemd-unit.ts'

const settings: ServiceSettings = {
  platform: 'linux',
  home: '/home/alice',
  uid: 1000,
  nodePath: '/usr/bin/node',
  scriptPath: '/usr/lib/node_modules/mfad/dist/mfad.cjs',
  environment: new Map(),
  templates: {
    systemd: readFileSync('systemd/mfad.service', 'utf8'),
    systemdSocket: readFileSync('systemd/mfad.socket', 'utf8'),
    launchd: '',
  },
}

const unitOf = (changes: Partial<ServiceSettings> = {}) =>
  planService({ ...settings, ...changes }).files[0] ?? expect.fail('no unit file')

/** The value lines of a unit, in order, without comments and sections. */
const linesOf = (text: string) => text.split('\n').filter((line) => /^[A-Z]/.test(line))

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'"\'\\%$ ;#:@=~{}ns0'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
})

/** systemd's reading of a line, as systemd.syntax(7) and systemd.service(5) describe it. */
function readWords(line: string): string[] {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"(?: |$)/gsu)]
  expect(words.map(([whole]) => whole).join('')).toBe(line)
  return words.map(([, quoted = '']) => expandSpecifiers(unescapeQuoted(quoted)))
}

const unescapeQuoted = (quoted: string) =>
  quoted.replace(/\\(.)/gsu, (_, char) => (/["\\]/.test(char) ? char : expect.fail(`escape ${char}`)))

const expandSpecifiers = (word: string) =>
  word.replace(/%(.?)/gsu, (_, char) => (char === '%' ? '%' : expect.fail(`specifier %${char}`)))

const expandVariables = (word: string) =>
  word.replace(/\$(.?)/gsu, (_, char) => (char === '$' ? '$' : expect.fail(`variable $${char}`)))

describe('the systemd unit', () => {
  test('starts the daemon with the absolute Node, its flags and the script', () => {
    expect(linesOf(unitOf().content)).toContain(
      'ExecStart="/usr/bin/node" "--max-opt=0" "--max-semi-space-size=1" "--optimize-for-size" "--expose-gc" "--inspect-port=192.0.2.1:9229" "/usr/lib/node_modules/mfad/dist/mfad.cjs" "daemon"',
    )
  })

  test('starts a single file, which has its Node and its flags in it, by its own path', () => {
    const path = '/home/alice/.local/bin/mfad'
    const unit = unitOf({ nodePath: path, scriptPath: path }).content
    expect(linesOf(unit)).toContain(`ExecStart="${path}" "daemon"`)
    expect(unitArgv(unit)).toEqual([path, 'daemon'])
  })

  test('restarts a daemon that crashed, but not one that ended for a lasting reason', () => {
    expect(linesOf(unitOf().content)).toEqual(
      expect.arrayContaining([
        'Restart=on-failure',
        'RestartPreventExitStatus=2 4 203',
        'StartLimitBurst=10',
      ]),
    )
  })

  test('keeps files private, writes no core dump and drops what would change Node or a library', () => {
    expect(linesOf(unitOf().content)).toEqual(expect.arrayContaining(['UMask=0077', 'LimitCORE=0']))
    const unset = linesOf(unitOf().content).find((line) => line.startsWith('UnsetEnvironment='))
    expect(unset?.slice('UnsetEnvironment='.length).split(' ')).toEqual([...unwantedInService])
  })

  test('has no line for variables when there are none, but its own for the daemon and its memory', () => {
    expect(linesOf(unitOf().content).filter((line) => line.startsWith('Environment='))).toEqual([
      'Environment=MFAD_BACKGROUND=service',
      `Environment=${Object.entries(allocatorVariables)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`,
    ])
  })

  test('carries each variable on a line of its own', () => {
    const environment = new Map([
      ['MFAD_CONFIG', '/home/alice/my settings.ini'],
      ['NO_PROXY', '*.corp'],
    ])
    expect(unitOf({ environment }).content).toContain(
      'Environment="MFAD_CONFIG=/home/alice/my settings.ini"\nEnvironment="NO_PROXY=*.corp"\n',
    )
  })

  test("leaves XDG_RUNTIME_DIR to the manager's own", () => {
    expect(environmentLines(new Map([['XDG_RUNTIME_DIR', '/tmp/other']]))).toBe('')
  })

  test('does not fill a placeholder that a value contains', () => {
    expect(unitOf({ scriptPath: '/x/@ENVIRONMENT@.cjs' }).content).toContain('"/x/@ENVIRONMENT@.cjs"')
  })

  test('stands in ~/.config, or in XDG_CONFIG_HOME if that is absolute, for the user alone', () => {
    expect(unitOf()).toMatchObject({ path: '/home/alice/.config/systemd/user/mfad.service', mode: 0o600 })
    expect(unitOf({ xdgConfigHome: '/cfg' }).path).toBe('/cfg/systemd/user/mfad.service')
    expect(unitOf({ xdgConfigHome: 'cfg' }).path).toBe('/home/alice/.config/systemd/user/mfad.service')
  })

  test('removes the directories that only the unit needed, innermost first', () => {
    expect(planService(settings).directories).toEqual([
      '/home/alice/.config/systemd/user/default.target.wants',
      '/home/alice/.config/systemd/user/sockets.target.wants',
      '/home/alice/.config/systemd/user',
      '/home/alice/.config/systemd',
    ])
  })
})

describe('the socket of the unit', () => {
  const socketLine = (changes: Partial<ServiceSettings> = {}) =>
    linesOf(planService({ ...settings, ...changes }).files[1]?.content ?? '').find((line) =>
      line.startsWith('ListenStream='),
    )

  test("is at the default place by the manager's own runtime directory, else where the user has put it", () => {
    expect(socketLine()).toBe('ListenStream=%t/mfad/mfad.sock')
    expect(socketLine({ socketPath: '/home/alice/100% mine/mfad.sock' })).toBe(
      'ListenStream=/home/alice/100%% mine/mfad.sock',
    )
  })

  test.each(['/a\nb', '/a/mfad.sock ', '/a/mfad\\'])(
    'refuses %j, which would be another path there',
    (socketPath) => {
      expect(() => socketLine({ socketPath })).toThrow('the path of the socket')
    },
  )

  test('is for the user alone', () => {
    const lines = linesOf(planService(settings).files[1]?.content ?? '')
    expect(lines).toEqual(expect.arrayContaining(['SocketMode=0600', 'DirectoryMode=0700']))
  })
})

describe('what goes with the unit', () => {
  test('is also looked for where a manager without this XDG_CONFIG_HOME links to it', () => {
    const plan = planService({ ...settings, xdgConfigHome: '/cfg' })
    expect(plan.leftovers).toEqual([
      '/cfg/systemd/user/default.target.wants/mfad.service',
      '/cfg/systemd/user/sockets.target.wants/mfad.socket',
      '/home/alice/.config/systemd/user/mfad.service',
      '/home/alice/.config/systemd/user/default.target.wants/mfad.service',
      '/home/alice/.config/systemd/user/mfad.socket',
      '/home/alice/.config/systemd/user/sockets.target.wants/mfad.socket',
    ])
  })

  test('is never the unit itself', () => {
    const plan = planService({ ...settings, xdgConfigHome: '/home/alice/.config' })
    expect(plan.leftovers).toEqual([
      '/home/alice/.config/systemd/user/default.target.wants/mfad.service',
      '/home/alice/.config/systemd/user/sockets.target.wants/mfad.socket',
    ])
  })
})

describe('the escaping for systemd', () => {
  test('quotes spaces, quotes, backslashes, percent and dollar signs', () => {
    expect(commandLine(['/n o%h$HOME/node', `/a b%h$HOME"q'x\\z/s.cjs`])).toBe(
      `"/n o%%h$HOME/node" "/a b%%h$$HOME\\"q'x\\\\z/s.cjs"`,
    )
  })

  test('gives every argument back as it was', () => {
    fc.assert(
      fc.property(fc.array(text), (args) => {
        const [program, ...read] = readWords(commandLine(['/bin/node', ...args]))
        expect([program, ...read.map(expandVariables)]).toEqual(['/bin/node', ...args])
      }),
    )
  })

  test('gives every path of a program that systemd accepts back as it was', () => {
    fc.assert(
      fc.property(text, (name) => {
        const program = `/${name.replace(/["'\\]/g, '')}`
        expect(readWords(commandLine([program]))).toEqual([program])
      }),
    )
  })

  test('gives every variable back as it was', () => {
    fc.assert(
      fc.property(text, (value) => {
        const line = environmentLines(new Map([['MFAD_CONFIG', value]]))
        expect(readWords(line.slice('Environment='.length))).toEqual([`MFAD_CONFIG=${value}`])
      }),
    )
  })

  test.each(["/o'brien/node", '/a"b/node', '/a\\b/node'])(
    'refuses %s as a program: systemd would',
    (program) => {
      expect(() => commandLine([program])).toThrow('systemd runs no program whose path holds a quote')
    },
  )

  test.each([
    [['/a"b/node', 'mfad.cjs', 'daemon'], 'install Node.js elsewhere, then with that one: mfad install'],
    [['/a"b/mfad', 'daemon'], 'put it elsewhere, then from there: mfad install'],
  ])('says of %j what to move', (argv, hint) => {
    expect(() => commandLine(argv)).toThrow(expect.objectContaining({ hint }))
  })
})
