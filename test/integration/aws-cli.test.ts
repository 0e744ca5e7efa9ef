// `aws` itself, for files out of the generator: it takes half a second each time, so that most files are only shown to
// its code in one process (corpus.test.ts, npm run fuzz); here both must say the same.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { removeSection } from '../../src/core/document/edit.ts'
import { parseDocument } from '../../src/core/document/parse.ts'
import { readSession } from '../../src/core/profiles/session-section.ts'
import { startAwsCli } from '../support/aws-cli.ts'
import { requireProgram, requirePython } from '../support/clients.ts'
import { type Edits, editsOf, ownKeys, sessionName } from '../support/edits.ts'
import { iniFile } from '../support/ini-arbitrary.ts'

const seed = 7
const home = mkdtempSync(join(tmpdir(), 'mfad-aws-cli-'))
const credentials = join(home, 'credentials')
const env = {
  PATH: process.env.PATH,
  HOME: home,
  AWS_SHARED_CREDENTIALS_FILE: credentials,
  AWS_CONFIG_FILE: join(home, 'config'),
  PYTHONUTF8: '1',
}
afterAll(() => rmSync(home, { recursive: true }))

/** Files to which our section was written. */
function setFiles(count: number): Required<Pick<Edits, 'set' | 'values'>>[] {
  const some = fc.sample(iniFile, { seed, numRuns: count * 10 }).map(editsOf)
  return some.flatMap(({ set, values }) => (set ? [{ set, values }] : [])).slice(0, count)
}

it('aws reads our values in 12 generated files', async (context) => {
  const aws = requireProgram(context, 'aws')
  for (const { set, values } of setFiles(12)) {
    writeFileSync(credentials, set.toBytes())
    const args = ['configure', 'get', 'aws_session_token', '--profile', sessionName]
    const { status, stdout } = spawnSync(aws, args, { env, encoding: 'utf8' })
    expect({ status, stdout }, set.text).toEqual({
      status: 0,
      stdout: `${values.get('aws_session_token')}\n`,
    })
  }
})

it('aws configure set leaves our section to us, or makes it foreign', async (context) => {
  const aws = requireProgram(context, 'aws')
  const cli = startAwsCli(requirePython(context, 'awscli.clidriver'))
  try {
    for (const { set } of setFiles(3)) {
      for (const [profile, kind] of [
        ['other', 'ours'],
        [sessionName, 'foreign'],
      ] as const) {
        writeFileSync(credentials, set.toBytes())
        const args = ['configure', 'set', 'aws_access_key_id', 'ASIAOTHERTOOLOTHERTO', '--profile', profile]
        execFileSync(aws, args, { env })
        const written = new Uint8Array(readFileSync(credentials))
        expect((await cli.run(set.toBytes(), args)).file, set.text).toEqual(written)
        const document = parseDocument(written)
        expect(readSession(document, sessionName).kind, set.text).toBe(kind)
        expect(removeSection(document, sessionName, ownKeys).text).not.toContain('mfad_key = IJKLMNOP')
      }
    }
  } finally {
    await cli.close()
  }
})

it('aws configure set region goes to the config file, and nothing of ours changes', (context) => {
  const aws = requireProgram(context, 'aws')
  const before = '[dev-mfa]\naws_access_key_id = ASIAABCDEFGHIJKLMNOP\nregion = eu-west-1\n'
  writeFileSync(credentials, before)
  execFileSync(aws, ['configure', 'set', 'region', 'eu-west-3', '--profile', sessionName], { env })
  expect(readFileSync(credentials, 'utf8')).toBe(before)
  expect(readFileSync(env.AWS_CONFIG_FILE, 'utf8')).toBe(`[profile ${sessionName}]\nregion = eu-west-3\n`)
})
