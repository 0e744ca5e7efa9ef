// The changes of the user's own sections that `mfad setup` asks for: the device, the section of the keys, a profile under a third
// name. What is to be changed is decided by the files as they are at the instant of writing.

import { AppError } from '../../core/errors.ts'
import { givenDeviceProblem } from '../../core/login/device-choice.ts'
import { keyPlaceEdits } from '../../core/profiles/key-place.ts'
import { liveProfileEdits } from '../../core/profiles/live-profile.ts'
import { serialNumberObstacle } from '../../core/profiles/obstacles.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import type { ProfileEdit, ProfileEditAnswer } from '../../core/wire.ts'
import { profilesNow } from '../agent-state.ts'
import { editUserFile } from '../files/user-edit.ts'
import type { Jobs } from '../jobs.ts'
import { type FindDeviceDeps, withWholeSerialNumber } from './find-device.ts'
import { saveDevice } from './save-device.ts'

type EditProfileDeps = FindDeviceDeps & Pick<Jobs, 'enqueue'>

/** Throws profile.*, device.* and file.*; then nothing was changed. The files must be believed. */
export async function editProfile(deps: EditProfileDeps, request: ProfileEdit): Promise<ProfileEditAnswer> {
  const { known, enqueue } = deps
  const { profile } = findProfile(known.profiles, request.profile)
  if (request.change === 'device') {
    const serialNumber = await deviceToKeep(deps, profile, request.serialNumber)
    return enqueue(async () => ({
      profile,
      serialNumber,
      ...(await saveDevice(known, { profile, serialNumber })),
    }))
  }
  const facts = () => ({ documents: known.documents, suffixes: known.settings, paths: known.files })
  const file = request.change === 'live' ? 'config' : 'credentials'
  return enqueue(async () => ({
    profile,
    file: known.files[file],
    ...(await editUserFile(known, file, (document) => {
      const now = { ...facts(), documents: { ...known.documents, [file]: document } }
      return request.change === 'live'
        ? liveProfileEdits(now, profile, request.name)
        : keyPlaceEdits(now, profile, request.change)
    })),
  }))
}

/** The one that is given, by the end of its ARN, too; else the one that is known. Throws where no session could be had with it. */
async function deviceToKeep(deps: EditProfileDeps, name: string, given: string | undefined): Promise<string> {
  const whole =
    given === undefined
      ? undefined
      : (await withWholeSerialNumber(deps, { profiles: [name], serialNumber: given })).serialNumber
  const { mfaSerial, serialNumber } = findProfile(profilesNow(deps.known, deps.state), name)
  const device = whole ?? mfaSerial ?? serialNumber
  if (device === undefined)
    throw new AppError(
      'profile.no-serial-number',
      `${name} has no MFA device`,
      `name it: ${mfadCommand('setup --serial-number ARN', name)}`,
    )
  const obstacle = serialNumberObstacle(name, device)
  const problem = given === undefined ? undefined : givenDeviceProblem(device)
  if (problem !== undefined)
    throw new AppError(
      'usage.bad-serial-number',
      problem,
      'the IAM console shows it: Security credentials, Multi-factor authentication',
    )
  if (obstacle === undefined) return device
  throw new AppError(obstacle.code, obstacle.message, obstacle.hint)
}
