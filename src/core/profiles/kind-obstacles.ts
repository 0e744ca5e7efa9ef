// Why a profile that is no key profile cannot be logged in, and what to do instead. The advice follows from what stands in the
// two files: "add an access key" to a profile that signs in by SSO would break it.

import type { ErrorBody } from '../errors.ts'
import { isMfadCommand, splitCommand } from '../text/command-words.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { isExternalId, isRoleArn, isRoleDuration, isRoleSessionName } from './aws-values.ts'
import type { FilePaths, Profile } from './profile.ts'
import { headerOf, type Misplaced, type ProfileLookup, type ProfileView, viewOf } from './sections.ts'

export function kindObstacle(
  sections: ProfileLookup,
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
  sections: ProfileLookup,
  profile: string,
  key: string,
  misplaced: Misplaced,
  paths: FilePaths,
): ErrorBody {
  const { file, section } = misplaced
  return {
    code: 'profile.misplaced-section',
    message: `${key} of ${shown(profile)} stands in [${shown(section.name)}] in line ${section.line} of ${paths[file]}, where AWS tools do not look for it`,
    hint: misplacedHint(sections, profile, misplaced),
  }
}

/** The header, where the right one stands there already, would be there twice: botocore rejects such a file. */
export function misplacedHint(
  sections: ProfileLookup,
  profile: string,
  { file, section, header }: Misplaced,
): string {
  const standing = sections[file].get(profile)
  return standing === undefined
    ? `in that file the header is ${shown(header)}: rename it in line ${section.line}`
    : `move its lines to [${shown(standing.name)}], which stands in line ${standing.line}`
}

/** What of a role AWS would refuse as malformed. Where it leads is looked at with all profiles at hand; see roles.ts. */
function roleObstacle(
  { placeOf, value }: ProfileView,
  { profile, role, durationSeconds }: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const wrong = (key: string, expected: string): ErrorBody => {
    const place = placeOf(key)
    const where = place === undefined ? '' : `: line ${place.line} of ${paths[place.file]}`
    return {
      code: 'profile.malformed-role',
      message: `${key} of ${shown(profile)} is not ${expected}${where}`,
      hint: `correct it with: ${awsCommand(`configure set ${key} VALUE`, profile)}`,
    }
  }
  if (role === undefined || !isRoleArn(role.arn)) return wrong('role_arn', 'the ARN of a role')
  if (role.externalId !== undefined && !isExternalId(role.externalId))
    return wrong('external_id', 'one that AWS takes (2 to 1,224 letters, digits and +=,.@:/-_)')
  if (role.sessionName !== undefined && !isRoleSessionName(role.sessionName))
    return wrong('role_session_name', 'one that AWS takes (2 to 64 letters, digits and +=,.@-_)')
  if (value('duration_seconds') !== undefined && !isRoleDuration(durationSeconds))
    return wrong('duration_seconds', 'a number from 900 to 43200, as STS takes them for a role')
  return undefined
}

function otherObstacle(
  sections: ProfileLookup,
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
    const words = splitCommand(value('credential_process') ?? '')
    const isMfad = Array.isArray(words) && isMfadCommand(words)
    return {
      code: 'profile.keys-from-command',
      message: isMfad
        ? `the credentials of ${shown(name)} come from mfad itself`
        : `the credentials of ${shown(name)} come from its credential_process, which AWS tools run without mfad`,
      hint: isMfad
        ? `nothing has to be logged in here: ${awsCommand('sts get-caller-identity', name)}`
        : `if it prints long-term keys whose user has an MFA device: ${awsCommand('configure set mfa_serial arn:aws:iam::ACCOUNT:mfa/NAME', name)}`,
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
    return misplacedObstacle(sections, name, 'the access key', misplaced, paths)
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
