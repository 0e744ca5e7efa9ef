// What one edit of a large file takes: parse, edit and serialise, without the file system's part. Also as the service
// runs the daemon, without V8's optimizing compiler and with its settings of the C library, in a process of its own.
import { spawnSync } from 'node:child_process'
import { setSection } from '../src/core/document/edit.ts'
import { parseDocument } from '../src/core/document/parse.ts'
import { sessionKeys, sessionValues } from '../src/core/profiles/session-section.ts'
import { allocatorVariables, nodeFlags } from '../src/core/service/daemon-argv.ts'
import { median, type Row } from './measure.ts'

type Shape = { what: string; section: (index: number) => string }
type EditMs = { what: string; small: number; large: number }

const keys = (index: number) =>
  `[p${index}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n`

const shapes: readonly Shape[] = [
  { what: 'plain', section: (index) => `# team ${index}\n${keys(index)}\n` },
  { what: 'one odd line', section: (index) => `${keys(index)}${index === 70 ? 'region: eu-west-1' : ''}\n` },
  {
    what: 'a nested block in one section of 50',
    section: (index) => `${keys(index)}${index % 50 === 0 ? 's3 =\n  addressing_style = path\n' : ''}\n`,
  },
]

export function editRows(): Row[] {
  const asService = spawnSync(process.execPath, [...nodeFlags, process.argv[1] ?? '', '--edit-ms'], {
    env: { ...process.env, ...allocatorVariables },
  })
  const measured = [
    ...editMs(),
    ...(JSON.parse(asService.stdout.toString()) as EditMs[]).map((shape) => ({
      ...shape,
      what: `${shape.what}, with the service's flags`,
    })),
  ]
  return measured.flatMap(({ what, small, large }) => [
    { what: `edit one section of 10,000: ${what}`, value: small, limit: 50, unit: 'ms' },
    { what: 'the same of 20,000 / of 10,000', value: large / small, limit: 2.3, unit: '×' },
  ])
}

export function printEditMs(): void {
  console.log(JSON.stringify(editMs()))
}

/** One size after the other: between edits of a larger file, V8 would give those of the small one more room. */
function editMs(): EditMs[] {
  return shapes.map(({ what, section }) => ({
    what,
    small: medianMs(fileOf(10_000, section), 'p5000'),
    large: medianMs(fileOf(20_000, section), 'p10000'),
  }))
}

function medianMs(bytes: Uint8Array, name: string): number {
  return median(Array.from({ length: 11 }, () => timeEdit(bytes, name)))
}

function fileOf(count: number, section: (index: number) => string): Uint8Array {
  const text = Array.from({ length: count }, (_, index) => section(index)).join('')
  return new TextEncoder().encode(text)
}

/** In the middle: what stands before the section is not read a second time. */
function timeEdit(bytes: Uint8Array, name: string): number {
  const credentials = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'x',
    sessionToken: 'x',
    expiration: new Date(0),
  }
  const startedAt = performance.now()
  setSection(parseDocument(bytes), name, sessionKeys, sessionValues(credentials, {})).toBytes()
  return performance.now() - startedAt
}
