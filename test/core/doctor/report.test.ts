// The report of a bug goes to strangers: nothing that stands in the files may be in it, wherever it stands and however odd the file.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type DoctorFacts, diagnose } from '../../../src/core/doctor/diagnosis.ts'
import { reportText } from '../../../src/core/doctor/report.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { buildProfiles } from '../../../src/core/profiles/profiles.ts'
import { defaultSettings } from '../../../src/core/settings/default-settings.ts'

const files = {
  credentials: '/home/zqhome/.aws/credentials',
  config: '/home/zqhome/.aws/config',
  settings: '/home/zqhome/.config/mfad/config.ini',
  socket: '/run/zqrun/mfad.sock',
}

function reportOf(credentialsText: string, configText: string): string {
  const [credentials, config] = [credentialsText, configText].map((text) =>
    parseDocument(new TextEncoder().encode(text)),
  ) as [ReturnType<typeof parseDocument>, ReturnType<typeof parseDocument>]
  const documents = { credentials, config }
  const profiles = buildProfiles(documents, defaultSettings, files)
  const fileFacts = (['credentials', 'config'] as const).map((name) => ({
    name,
    path: files[name],
    realPath: files[name],
    kind: 'present' as const,
    sections: documents[name].sections.size,
    warnings: [],
    findings: documents[name].findings,
  }))
  const facts: DoctorFacts = {
    files: { files: fileFacts, distrust: [], hasProfiles: true },
    settings: { path: files.settings, exists: true, warnings: [], credentialVariables: [] },
    profiles: { profiles, statuses: [], withoutRegion: [], files },
    daemon: { version: '1.0.0', socket: files.socket, others: [], updateHint: '', restartHint: '' },
    service: { manager: 'systemd', hasManager: false, isInstalled: false },
    reminders: {
      platform: 'darwin',
      settings: defaultSettings,
      hasDisplay: false,
      hasNotifySend: false,
      capabilities: 'unknown',
    },
    aws: undefined,
    containers: { mounted: [], directory: '' },
  }
  const diagnosis = diagnose(facts)
  const now = new Date('2026-11-26T12:00:00Z')
  return reportText({
    facts,
    diagnosis,
    documents,
    settings: defaultSettings,
    now,
    system: 'linux',
    node: 'v20',
    own: [],
  })
}

/** A word that is known again, with characters around it that a reader, a message or a shell may trip over. */
const secret = fc
  .tuple(
    fc.constantFrom(
      '',
      ' ',
      '"',
      "'",
      '\u001b[31m',
      'é',
      '$(',
      '\\',
      'x'.repeat(70),
      '\u202e',
      '-',
      '.',
      '/',
    ),
    fc.stringMatching(/^[a-z0-9]{3,12}$/),
    fc.constantFrom(
      '',
      '"',
      "'",
      '`',
      '\u0000',
      ')',
      '\\',
      ' # c',
      'y'.repeat(70),
      '=',
      ':',
      '@h.example.com',
    ),
  )
  .map(([before, word, after]) => `${before}zq${word}${after}`)
const key = fc.constantFrom(
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'mfa_serial',
  'role_arn',
  'source_profile',
  'region',
  'endpoint_url',
  'duration_seconds',
  'sso_session',
  'credential_process',
  'external_id',
  'use_fips_endpoint',
)
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(key, fc.constantFrom(' = ', '=', ' : '), secret).map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: secret.map((name) => `[${name}]`) },
  { weight: 2, arbitrary: secret.map((name) => `[profile ${name}]`) },
  { weight: 1, arbitrary: secret.map((name) => `[zqname${name}-mfa]`) },
  { weight: 1, arbitrary: fc.tuple(secret, secret).map(([name, value]) => `${name} = ${value}`) },
  { weight: 1, arbitrary: secret },
  { weight: 1, arbitrary: secret.map((text) => `  ${text} = ${text}`) },
  { weight: 1, arbitrary: fc.constantFrom('[dev]', '[profile dev]', 'source_profile = dev', '') },
)
const text = fc.array(line, { maxLength: 14 }).map((lines) => lines.join('\n'))

it('holds no word of the files, and no path', () => {
  fc.assert(
    fc.property(text, text, (credentials, config) => {
      expect(reportOf(credentials, config)).not.toMatch(/zq/i)
    }),
    { numRuns: 1500 },
  )
})

it('says what is wrong all the same', () => {
  const report = reportOf(
    '[zqa]\naws_access_key_id = x\n[zqa]\n',
    '[profile zqb]\nrole_arn = zqc\nsource_profile = zqa\n',
  )
  expect(report).toContain(
    'files: problem file.duplicate-section in the credentials file, line 3: section [p1] stands twice, first in line 1',
  )
  expect(report).toContain('p2: role, inactive, source p1, profile.malformed-role')
  expect(report).toContain('role_arn of p2 is not the ARN of a role: line 2 of the config file')
})
