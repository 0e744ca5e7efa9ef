// Why a profile that is no key profile cannot be logged in, and what to do instead. The advice follows from what stands in the
// two files: "add an access key" to a profile that signs in by SSO would break it.

import type { ErrorBody } from '../errors.ts'
import { awsCommand, mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import type { FilePaths, Profile } from './profile.ts'
import { headerOf, type Misplaced, type ProfileSections, type ProfileView, viewOf } from './sections.ts'

export function kindObstacle(
  sections: ProfileSections,
  profile: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const { profile: name, kind } = profile
  const view = viewOf(sections, name)
  switch (kind) {
    case 'key':
      return undefined
    case 'role':
      return roleObstacle(view, profile, paths)
    case 'sso':
      return {
        code: 'profile.other-sign-in',
        message: `${shown(name)} signs in through IAM Identity Center (SSO), which AWS tools do without mfad`,
        hint: awsCommand('sso login', name),
      }
    case 'aws-login':
      return {
        code: 'profile.other-sign-in',
        message: `${shown(name)} signs in with aws login, which needs no access key and no mfad`,
        hint: awsCommand('login', name),
      }
    case 'other':
      return otherObstacle(sections, view, name, paths)
  }
}

/** The lines are there, in a section that no AWS tool reads as this profile. */
export function misplacedObstacle(
  profile: string,
  key: string,
  { file, section, header }: Misplaced,
  paths: FilePaths,
): ErrorBody {
  return {
    code: 'profile.misplaced-section',
    message: `${key} of ${shown(profile)} stands in [${shown(section.name)}] in line ${section.line} of ${paths[file]}, where AWS tools do not look for it`,
    hint: `in that file the header is ${shown(header)}: rename it in line ${section.line}`,
  }
}

function roleObstacle(
  { value, placeOf }: ProfileView,
  { profile, sessionProfile, sourceProfile }: Profile,
  paths: FilePaths,
): ErrorBody {
  const suffix = sessionProfile.slice(profile.length)
  const isThroughSession = sourceProfile?.endsWith(suffix) ?? false
  const source = isThroughSession ? sourceProfile?.slice(0, -suffix.length) : (sourceProfile ?? profile)
  const serial = value('mfa_serial') === undefined ? undefined : placeOf('mfa_serial')
  const withoutSerial =
    serial === undefined ? '' : `, and remove mfa_serial in line ${serial.line} of ${paths[serial.file]}`
  const place = placeOf('source_profile') ?? placeOf('role_arn')
  const setSource = isThroughSession
    ? ''
    : `, then set source_profile = ${shown(source ?? '')}${suffix} in ${shown(headerOf(place?.file ?? 'config', profile))} of ${paths[place?.file ?? 'config']}`
  return {
    code: 'profile.is-a-role',
    message: `${shown(profile)} is a role profile; AWS tools assume its role themselves`,
    hint: `log in its source: ${mfadCommand('login', source ?? profile)}${setSource}${withoutSerial}`,
  }
}

function otherObstacle(
  sections: ProfileSections,
  { has, value }: ProfileView,
  name: string,
  paths: FilePaths,
): ErrorBody {
  const ownKeys = `put the long-term keys of an IAM user into ${shown(headerOf('credentials', name))} of ${paths.credentials}`
  if (has('aws_session_token') || has('aws_security_token')) {
    return {
      code: 'profile.holds-session',
      message: `${shown(name)} holds session credentials, and STS issues sessions only for long-term keys`,
      hint: ownKeys,
    }
  }
  if (has('web_identity_token_file') || has('credential_source')) {
    return {
      code: 'profile.other-sign-in',
      message: `${shown(name)} gets its credentials from ${has('credential_source') ? 'where it runs' : 'a web identity'}, which AWS tools do without mfad`,
      hint: `nothing has to be logged in: ${awsCommand('sts get-caller-identity', name)}`,
    }
  }
  if (has('credential_process')) {
    return {
      code: 'profile.keys-from-command',
      message: `the keys of ${shown(name)} come from its credential_process, and mfad reads long-term keys from the files only`,
      hint: ownKeys,
    }
  }
  if (has('role_arn')) {
    return {
      code: 'profile.role-without-source',
      message: `${shown(name)} has a role_arn and neither a source_profile nor an access key, so nothing can assume the role`,
      hint: `name the profile that may: ${awsCommand('configure set source_profile PROFILE', name)}`,
    }
  }
  const misplaced = sections.misplaced.get(name)
  if (misplaced?.section.entries.has('aws_access_key_id'))
    return misplacedObstacle(name, 'the access key', misplaced, paths)
  const missing = value('aws_access_key_id') === undefined ? 'access key' : 'secret access key'
  return {
    code: 'profile.no-keys',
    message: `profile ${shown(name)} has no ${missing}`,
    hint: `add one with: ${awsCommand('configure', name)}`,
  }
}

function shown(text: string): string {
  return printable(text, 200)
}
