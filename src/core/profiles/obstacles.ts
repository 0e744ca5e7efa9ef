// What speaks against logging a profile in, before anybody is asked for a code.
import type { ErrorBody } from '../errors.ts'
import { splitCommand } from '../text/command-words.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { isLongTermKeys, isPortableName, isSerialNumber } from './aws-values.ts'
import { keyOfItem, keyringKey, keySourceOf } from './key-source.ts'
import { kindObstacle, misplacedHint, misplacedObstacle } from './kind-obstacles.ts'
import { type FilePaths, keysAt, type Profile } from './profile.ts'
import { regionProblem } from './region-problem.ts'
import { configProfileName, type ProfileLookup, type ProfileView, viewOfProfile } from './sections.ts'

/** The device comes last: `--serial-number` replaces it, and must find all the rest looked at. */
export function findObstacle(
  sections: ProfileLookup,
  profile: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const view = viewOfProfile(sections, profile)
  return (
    nameObstacle(sections, profile, paths) ??
    kindObstacle(sections, profile, paths) ??
    keyObstacle(sections, view, profile, paths) ??
    regionObstacle(view, profile, paths) ??
    shadowObstacle(sections, profile, paths) ??
    deviceObstacle(sections, profile, paths)
  )
}

function nameObstacle(
  sections: ProfileLookup,
  { profile, sessionProfile }: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  if (isPortableName(profile) && isPortableName(sessionProfile)) return undefined
  const meant = configProfileName(profile)
  const misplaced = meant === undefined ? undefined : sections.misplaced.get(meant)
  if (meant !== undefined && misplaced?.section.name === profile && isPortableName(meant))
    return {
      code: 'profile.unusable-name',
      message: `[${printable(profile)}] stands in line ${misplaced.section.line} of ${paths[misplaced.file]}, where AWS tools do not look for ${printable(meant)}`,
      hint: misplacedHint(sections, meant, misplaced),
    }
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

function keyObstacle(
  sections: ProfileLookup,
  view: ProfileView,
  keyed: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const { profile, kind, accessKeyId, keyProfile } = keyed
  const isOfProcess = kind === 'key' && view.has('credential_process') && !view.has('aws_access_key_id')
  const mustAgree: readonly string[] = keyProfile === undefined ? keysThatMustAgree : keysOfInPlace
  for (const key of isOfProcess ? [...mustAgree, 'credential_process'] : mustAgree) {
    const place = view.disputedAt(key)
    if (place === undefined) continue
    return {
      code: 'profile.disputed-value',
      message: `AWS tools disagree about ${key} of ${profile}: line ${place.line} of ${paths[place.file]}`,
      hint: 'write it as "key = value" at the start of a line, without quotes, comment or second copy',
    }
  }
  if (kind === 'role' && accessKeyId === undefined) return undefined
  const keys = keySourceOf(sections, keysAt(keyed))
  switch (keys?.kind) {
    case 'process':
      return processObstacle(
        profile,
        keys.command,
        `line ${view.placeOf('credential_process')?.line} of ${paths[keys.file]}`,
      )
    case 'keyring':
      return keyOfItem(keys.item) === undefined ? itemObstacle(profile, view, paths) : undefined
    case 'files':
      if (isLongTermKeys(keys)) return rivalObstacle(profile, view, paths)
  }
  return {
    code: 'profile.malformed-keys',
    message: `the access key of ${profile} is empty or malformed`,
    hint: `enter it again with: ${awsCommand('configure', keysAt(keyed))}`,
  }
}

function processObstacle(profile: string, command: string, where: string): ErrorBody | undefined {
  const words = splitCommand(command)
  if (Array.isArray(words)) return undefined
  return {
    code: 'profile.credential-process-refused',
    message: `credential_process of ${profile} has ${words}: ${where}`,
    hint: 'AWS tools split it into words as a shell does: correct the quotation marks and backslashes there',
  }
}

function itemObstacle(profile: string, { placeOf }: ProfileView, paths: FilePaths): ErrorBody {
  const place = placeOf(keyringKey)
  return {
    code: 'profile.malformed-keys',
    message: `${keyringKey} of ${profile} names no item that mfad made: line ${place?.line} of ${paths[place?.file ?? 'credentials']}`,
    hint: `remove that line, and enter the access key with: ${awsCommand('configure', profile)}`,
  }
}

/** Of keys in the config file and a credential_process, botocore runs the command, and the SDKs take the keys. */
function rivalObstacle(
  profile: string,
  { has, placeOf }: ProfileView,
  paths: FilePaths,
): ErrorBody | undefined {
  const place = placeOf('aws_access_key_id')
  if (!has('credential_process') || place?.file !== 'config') return undefined
  return {
    code: 'profile.disputed-value',
    message: `${profile} has an access key and a credential_process: the AWS CLI runs the command, other AWS tools take the key in line ${place.line} of ${paths.config}`,
    hint: `remove one of the two; a key in ${paths.credentials} would count everywhere`,
  }
}

function regionObstacle(
  { value, placeOf }: ProfileView,
  profile: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const [region, place] = [value('region'), placeOf('region')]
  if (region === undefined || place === undefined) return undefined
  return regionProblem(profile.profile, region, `line ${place.line} of ${paths[place.file]}`)
}

function deviceObstacle(
  sections: ProfileLookup,
  { profile, serialNumber }: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  if (serialNumber !== undefined) return serialNumberObstacle(profile, serialNumber)
  const misplaced = sections.misplaced.get(profile)
  return misplaced?.section.entries.has('mfa_serial')
    ? misplacedObstacle(sections, profile, 'mfa_serial', misplaced, paths)
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
  sections: ProfileLookup,
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
