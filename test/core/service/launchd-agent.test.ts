import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { nodeFlags } from '../../../src/core/service/daemon-argv.ts'
import { unwantedInService } from '../../../src/core/service/environment.ts'
import { planService } from '../../../src/core/service/plan-service.ts'
import type { ServiceSettings } from '../../../src/core/service/service-plan.ts'

const settings: ServiceSettings = {
  platform: 'darwin',
  home: '/Users/alice',
  uid: 501,
  nodePath: '/opt/homebrew/bin/node',
  scriptPath: '/opt/homebrew/lib/node_modules/mfad/dist/mfad.cjs',
  environment: new Map(),
  templates: {
    systemd: '',
    systemdSocket: '',
    launchd: readFileSync('launchd/io.mfad.daemon.plist', 'utf8'),
  },
}

const hostile = ` a<b>&amp;"c' %h $HOME \\ ]]> <!-- é 🔑 @LOG@ `
const directory = mkdtempSync(join(tmpdir(), 'mfad-plist-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** CI has it (libplist-utils). */
const withoutPlistutil = !process.env.CI && spawnSync('plistutil', ['--version']).error !== undefined

const plistOf = (changes: Partial<ServiceSettings> = {}) =>
  planService({ ...settings, ...changes }).files[0] ?? expect.fail('no property list')

type Plist = string | number | boolean | Plist[] | { [key: string]: Plist }

/** What libplist, an independent reader, finds in the text: its binary form, which it writes out as XML again. */
function readPlist(text: string): Plist {
  const [source, binary] = [join(directory, 'source.plist'), join(directory, 'binary.plist')]
  writeFileSync(source, text)
  execFileSync('plistutil', ['-i', source, '-f', 'bin', '-o', binary])
  const xml = execFileSync('plistutil', ['-i', binary, '-f', 'xml'], { encoding: 'utf8' })
  return readValue([...xml.slice(xml.indexOf('<plist')).matchAll(/<([^<>]+)>([^<]*)/g)].slice(1))
}

/** Reads the tags of one value, and its text, from the front. */
function readValue(tags: RegExpExecArray[]): Plist {
  const [, tag = '', text = ''] = tags.shift() ?? expect.fail('the property list ends too early')
  if (tag === 'true/') return true
  if (tag === 'false/') return false
  if (tag === 'array') return readItems('/array', tags)
  if (tag === 'dict') return readDictionary(readItems('/dict', tags))
  if (tag === 'string/') return ''
  tags.shift()
  return tag === 'integer' ? Number(text) : unescapeXml(text)
}

function readItems(endTag: string, tags: RegExpExecArray[]): Plist[] {
  const items: Plist[] = []
  while (tags[0]?.[1] !== endTag) items.push(readValue(tags))
  tags.shift()
  return items
}

function readDictionary(items: Plist[]): Plist {
  const pairs = items.flatMap((item, index) => (index % 2 === 0 ? [[String(item), items[index + 1]]] : []))
  return Object.fromEntries(pairs)
}

const unescapeXml = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

describe.skipIf(withoutPlistutil)('the LaunchAgent, as plistutil reads it', () => {
  test('says all that launchd needs to know', () => {
    expect(readPlist(plistOf().content)).toEqual({
      Label: 'io.mfad.daemon',
      ProgramArguments: [
        '/opt/homebrew/bin/node',
        '--max-opt=0',
        '--max-semi-space-size=1',
        '--optimize-for-size',
        '--expose-gc',
        '--inspect-port=192.0.2.1:9229',
        '/opt/homebrew/lib/node_modules/mfad/dist/mfad.cjs',
        'daemon',
      ],
      EnvironmentVariables: {
        MFAD_BACKGROUND: 'service',
        PATH: '/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
        ...Object.fromEntries(unwantedInService.map((name) => [name, ''])),
      },
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ThrottleInterval: 30,
      ExitTimeOut: 15,
      ProcessType: 'Background',
      Umask: 0o077,
      SoftResourceLimits: { Core: 0 },
      HardResourceLimits: { Core: 0 },
      StandardOutPath: '/Users/alice/Library/Logs/mfad.log',
      StandardErrorPath: '/Users/alice/Library/Logs/mfad.log',
    })
  })

  test('starts a single file by its own path', () => {
    const path = '/Users/alice/bin/mfad'
    expect(readPlist(plistOf({ nodePath: path, scriptPath: path }).content)).toMatchObject({
      ProgramArguments: [path, 'daemon'],
    })
  })

  test('keeps hostile paths and values as they are', () => {
    const read = readPlist(
      plistOf({
        home: `/Users/${hostile}`,
        nodePath: `/${hostile}/node`,
        scriptPath: `/${hostile}/mfad.cjs`,
        environment: new Map([['MFAD_CONFIG', `/${hostile}`]]),
      }).content,
    )
    expect(read).toMatchObject({
      ProgramArguments: [`/${hostile}/node`, ...nodeFlags, `/${hostile}/mfad.cjs`, 'daemon'],
      EnvironmentVariables: { MFAD_CONFIG: `/${hostile}` },
      StandardOutPath: `/Users/${hostile}/Library/Logs/mfad.log`,
    })
  })

  test('keeps any printable value as it is', () => {
    const value = fc.string({ unit: 'grapheme' }).map((text) => `/${text.replace(/\p{Cc}|�/gu, '')}`)
    fc.assert(
      fc.property(value, (path) => {
        const { content } = plistOf({ environment: new Map([['MFAD_CONFIG', path]]) })
        expect(readPlist(content)).toMatchObject({ EnvironmentVariables: { MFAD_CONFIG: path } })
      }),
      { numRuns: 30 },
    )
  })
})

describe('the LaunchAgent', () => {
  test('stands in ~/Library/LaunchAgents, for the user alone', () => {
    expect(plistOf()).toMatchObject({
      path: '/Users/alice/Library/LaunchAgents/io.mfad.daemon.plist',
      mode: 0o600,
    })
  })

  test("is loaded into the user's own session and removed from it, with its log", () => {
    const plan = planService(settings)
    expect([...plan.enable, ...plan.start].map(({ argv }) => argv.join(' '))).toEqual([
      'launchctl enable gui/501/io.mfad.daemon',
      'launchctl bootout gui/501/io.mfad.daemon',
      'launchctl bootstrap gui/501 /Users/alice/Library/LaunchAgents/io.mfad.daemon.plist',
    ])
    expect(plan.restart.map(({ argv }) => argv.join(' '))).toEqual([
      'launchctl kickstart -k gui/501/io.mfad.daemon',
    ])
    expect(plan.stop.map(({ argv }) => argv.join(' '))).toEqual(['launchctl bootout gui/501/io.mfad.daemon'])
    expect(plan.leftovers).toEqual([
      '/Users/alice/Library/Logs/mfad.log',
      '/Users/alice/Library/Logs/mfad.log.1',
    ])
  })
})
