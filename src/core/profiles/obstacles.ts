// What speaks against logging a profile in, before anybody is asked for a code.
import type { ErrorBody } from '../errors.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { isPortableName, isSerialNumber } from './aws-values.ts'
import { kindObstacle, misplacedObstacle } from './kind-obstacles.ts'
import { type FilePaths, keysAt, type Profile } from './profile.ts'
import { regionProblem } from './region-problem.ts'
import { longTermCredentialsOf, type ProfileSections, viewOfProfile } from './sections.ts'

/** The device comes last: `--serial-number` replaces it, and must find all the rest looked at. */
export function findObstacle(
  sections: ProfileSections,
  profile: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  return (
    nameObstacle(profile) ??
    kindObstacle(sections, profile, paths) ??
    keyObstacle(sections, profile, paths) ??
    regionObstacle(sections, profile, paths) ??
    shadowObstacle(sections, profile, paths) ??
    deviceObstacle(sections, profile, paths)
  )
}

function nameObstacle({ profile, sessionProfile }: Profile): ErrorBody | undefined {
  if (isPortableName(profile) && isPortableName(sessionProfile)) return undefined
  return {
    code: 'profile.unusable-name',
    message: `the name ${JSON.stringify(printable(profile))} cannot be read by every AWS tool`,
    hint: 'rename the profile; letters, digits and _ . / % @ : + - are safe',
  }
}

const keysThatMustAgree = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'mfa_serial',
  'region',
  'endpoint_url',
  'duration_seconds',
  'role_arn',
  'source_profile',
  'external_id',
  'role_session_name',
] as const
const keysOfInPlace = [...keysThatMustAgree, 'aws_mfa_device'] as const

function keyObstacle(sections: ProfileSections, keyed: Profile, paths: FilePaths): ErrorBody | undefined {
  const { profile, kind, accessKeyId } = keyed
  const view = viewOfProfile(sections, keyed)
  for (const key of keyed.keyProfile === undefined ? keysThatMustAgree : keysOfInPlace) {
    const place = view.disputedAt(key)
    if (place === undefined) continue
    return {
      code: 'profile.disputed-value',
      message: `AWS tools disagree about ${key} of ${profile}: line ${place.line} of ${paths[place.file]}`,
      hint: 'write it as "key = value" at the start of a line, without quotes, comment or second copy',
    }
  }
  if (kind === 'role' && accessKeyId === undefined) return undefined
  const keys = longTermCredentialsOf(sections, keysAt(keyed))
  if (
    keys !== undefined &&
    /^[A-Z0-9]{16,128}$/.test(keys.accessKeyId) &&
    /^[\x21-\x7e]{1,512}$/.test(keys.secretAccessKey)
  ) {
    return undefined
  }
  return {
    code: 'profile.malformed-keys',
    message: `the access key of ${profile} is empty or malformed`,
    hint: `enter it again with: ${awsCommand('configure', keysAt(keyed))}`,
  }
}

function regionObstacle(
  sections: ProfileSections,
  profile: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const { value, placeOf } = viewOfProfile(sections, profile)
  const [region, place] = [value('region'), placeOf('region')]
  if (region === undefined || place === undefined) return undefined
  return regionProblem(profile.profile, region, `line ${place.line} of ${paths[place.file]}`)
}

function deviceObstacle(
  sections: ProfileSections,
  { profile, serialNumber }: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  if (serialNumber !== undefined) return serialNumberObstacle(profile, serialNumber)
  const misplaced = sections.misplaced.get(profile)
  return misplaced?.section.entries.has('mfa_serial')
    ? misplacedObstacle(profile, 'mfa_serial', misplaced, paths)
    : undefined
}

/** What speaks against a serial number: its form, or a FIDO security key, which GetSessionToken cannot use. */
export function serialNumberObstacle(profile: string, serialNumber: string): ErrorBody | undefined {
  if (!isSerialNumber(serialNumber)) {
    return {
      code: 'profile.malformed-serial-number',
      message: `the mfa_serial of ${profile} is neither an ARN nor a hardware serial number`,
      hint: `set it with: ${awsCommand('configure set mfa_serial arn:aws:iam::ACCOUNT:mfa/NAME', profile)}`,
    }
  }
  if (!serialNumber.includes(':u2f/')) return undefined
  return {
    code: 'profile.security-key',
    message: `the device of ${profile} is a FIDO security key, which AWS does not accept for GetSessionToken`,
    hint: 'register an authenticator app (TOTP) for this user as well and use its ARN as mfa_serial',
  }
}

/** What would keep AWS tools from looking at our section: they prefer these in the session profile's config section. */
function shadowObstacle(
  sections: ProfileSections,
  { sessionProfile }: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const [inCredentials, config] = [
    sections.credentials.get(sessionProfile),
    sections.config.get(sessionProfile),
  ]
  for (const section of [config, inCredentials]) {
    for (const [key, { line }] of section?.entries ?? []) {
      if (!/^(?:role_arn|web_identity_token_file|credential_source|sso_.+)$/.test(key)) continue
      return {
        code: 'profile.session-shadowed',
        message: `AWS tools would not use [${sessionProfile}]: ${key} in line ${line} of ${section === config ? paths.config : paths.credentials} comes first`,
        hint: `remove ${key} there, or choose another suffix in mfad's settings`,
      }
    }
  }
  if (config?.entries.has('aws_access_key_id') && !config.entries.has('aws_session_token')) {
    return {
      code: 'profile.session-is-key-profile',
      message: `${sessionProfile} is a profile with an access key of its own in ${paths.config}`,
      hint: "rename it, or choose another suffix in mfad's settings",
    }
  }
  return undefined
}
