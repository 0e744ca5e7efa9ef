// The header of a profile's keys is renamed, or nothing is: AWS tools and mfad read everything else as before.
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/core/document/user-edit.ts'
import { AppError } from '../../../src/core/errors.ts'
import { type KeyPlace, keyPlaceEdits } from '../../../src/core/profiles/key-place.ts'
import { documentsOf, keysOf, paths, sessionOf } from '../../support/profiles.ts'

const alice = 'arn:aws:iam::111122223333:mfa/alice'
const keys = keysOf('AKIAIOSFODNN7EXAMPLE')
const suffixes = { suffix: '-mfa', longTermSuffix: '-long-term' }
const config = `[profile dev]\nregion = eu-west-1\nmfa_serial = ${alice}\n`
const role = (name: string, source: string) =>
  `[profile ${name}]\nrole_arn = arn:aws:iam::111122223333:role/${name}\nsource_profile = ${source}\n`

function moved(place: KeyPlace, credentials: string, inConfig = config, name = 'dev'): string {
  const documents = documentsOf(credentials, inConfig)
  const edits = keyPlaceEdits({ documents, suffixes, paths }, name, place)
  return new TextDecoder().decode(applyEdits(documents.credentials, edits).toBytes())
}

function refusal(place: KeyPlace, credentials: string, inConfig = config, name = 'dev'): string {
  try {
    moved(place, credentials, inConfig, name)
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message} → ${error.hint}`
    throw error
  }
  return 'none'
}

describe('the keys of a profile', () => {
  it('go to a section of their own by one header, and back, to the byte', () => {
    const before = `# mine\n[ops]\n${keysOf('AKIABOBBOBBOBEXAMPLE')}\n[dev] # of the console\n${keys}# end\n`
    const after = moved('in-place', before)
    expect(after).toBe(before.replace('[dev]', '[dev-long-term]'))
    expect(moved('beside', after)).toBe(before)
  })

  it.each<[string, KeyPlace, string]>([
    ['in place', 'in-place', `[dev-long-term]\n${keys}`],
    ['beside', 'beside', `[dev]\n${keys}`],
  ])('that are %s already stay', (_what, place, credentials) => {
    expect(moved(place, credentials)).toBe(credentials)
  })

  it('go with what mfad reads beside them', () => {
    const rest = `mfa_serial = ${alice}\nmfa_process = ykman\nduration_seconds = 3600\n`
    expect(moved('in-place', `[dev]\n${keys}${rest}`, '')).toBe(`[dev-long-term]\n${keys}${rest}`)
  })

  it('stay the source of roles, which name dev as before', () => {
    const roles = config + role('admin', 'dev')
    expect(moved('in-place', `[dev]\n${keys}`, roles)).toBe(`[dev-long-term]\n${keys}`)
  })

  it('are those of default, too', () => {
    expect(moved('in-place', `[default]\n${keys}`, '', 'default')).toBe(`[default-long-term]\n${keys}`)
  })
})

describe('nothing is moved', () => {
  it.each<[string, string, string, string]>([
    [
      'a setting for AWS tools would go with the keys',
      `[dev]\n${keys}region = eu-west-1\n`,
      config,
      `profile.keys-stay: region in line 4 of ${paths.credentials} would go with the keys, and no longer count for dev → move that line to [profile dev] of ${paths.config} first`,
    ],
    [
      'the new name is taken in the credentials file, by something else than keys',
      `[dev]\n${keys}[dev-long-term]\nregion = eu-west-1\n`,
      config,
      `profile.keys-stay: [dev-long-term] already stands in line 4 of ${paths.credentials} → rename or remove that section first`,
    ],
    [
      'the new name is taken in the config file',
      `[dev]\n${keys}`,
      `${config}[profile dev-long-term]\nregion = us-east-1\n`,
      `profile.keys-stay: [profile dev-long-term] already stands in line 4 of ${paths.config} → rename or remove that section first`,
    ],
    [
      'a role names the session that would be gone',
      `[dev]\n${keys}`,
      config + role('admin', 'dev-mfa'),
      `profile.keys-stay: source_profile in line 6 of ${paths.config} names dev-mfa, which would be gone → have it name the profile: aws configure set source_profile dev --profile admin`,
    ],
    [
      'the keys stand in the config file',
      '[ops]\nregion = eu-west-1\n',
      config + keys,
      `profile.keys-stay: the keys of dev do not stand in [dev] of ${paths.credentials}, and mfad moves none from elsewhere → leave them there: sessions beside them work the same`,
    ],
    [
      'the config file has keys of the profile, too',
      `[dev]\n${keys}`,
      config + keys,
      `profile.keys-stay: dev has an access key in line 4 of ${paths.config}, too → remove that one first`,
    ],
    [
      'a session of mfad stands beside them',
      `[dev]\n${keys}${sessionOf('dev-mfa', '2026-11-23T10:32:13Z')}`,
      config,
      'profile.session-stands: [dev-mfa] holds a session of dev → remove it first: mfad logout dev',
    ],
    [
      'it signs in otherwise',
      '',
      '[profile dev]\nsso_session = corp\n',
      'profile.other-sign-in: dev signs in through IAM Identity Center (SSO), which AWS tools do without mfad → aws sso login --profile dev',
    ],
    [
      'it is a role',
      `[base]\n${keys}`,
      role('dev', 'base'),
      'profile.keys-stay: dev is a role, and has no keys that could be moved → move those of its source',
    ],
  ])('where %s', (_what, credentials, inConfig, says) => {
    expect(refusal('in-place', credentials, inConfig)).toBe(says)
  })

  it.each<[string, string, string, string]>([
    [
      'a session of mfad stands in [dev]',
      `[dev-long-term]\n${keys}${sessionOf('dev', '2026-11-23T10:32:13Z')}`,
      config,
      'profile.session-stands: [dev] holds a session of dev → remove it first: mfad logout dev',
    ],
    [
      'the user has lines of his own in [dev]',
      `[dev-long-term]\n${keys}${sessionOf('dev', '2026-11-23T10:32:13Z')}cli_pager =\n`,
      config,
      `profile.keys-stay: [dev] already stands in line 4 of ${paths.credentials} → rename or remove that section first`,
    ],
    [
      'the device is named for aws-mfa alone',
      `[dev-long-term]\n${keys}aws_mfa_device = ${alice}\n`,
      '',
      `profile.keys-stay: aws_mfa_device, which names the device of dev, counts only in place → name it for AWS tools: aws configure set mfa_serial ${alice} --profile dev`,
    ],
    [
      'a role is assumed with the long-term keys',
      `[dev-long-term]\n${keys}`,
      config + role('admin', 'dev-long-term'),
      `profile.keys-stay: source_profile in line 6 of ${paths.config} names dev-long-term, which would be gone → have it name the profile: aws configure set source_profile dev --profile admin`,
    ],
    [
      'AWS tools would not look at the session beside',
      `[dev-long-term]\n${keys}`,
      `${config}[profile dev-mfa]\nsso_session = corp\n`,
      `profile.keys-stay: dev could not be logged in any more: AWS tools would not use [dev-mfa]: sso_session in line 5 of ${paths.config} comes first → remove sso_session there, or choose another suffix in mfad's settings`,
    ],
    [
      'a role has the name of the session beside',
      `[dev-long-term]\n${keys}`,
      role('dev-mfa', 'dev') + config,
      `profile.keys-stay: dev could not be logged in any more: AWS tools would not use [dev-mfa]: role_arn in line 2 of ${paths.config} comes first → remove role_arn there, or choose another suffix in mfad's settings`,
    ],
  ])('back where %s', (_what, credentials, inConfig, says) => {
    expect(refusal('beside', credentials, inConfig)).toBe(says)
  })
})
