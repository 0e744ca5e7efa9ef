// `--save`: the device of a login becomes the mfa_serial of its profile, with all that holds for edits of the user's own keys.
// It is written where a key of that name counts: in the config file, or in the credentials file where one stands there.
import { AppError } from '../../core/errors.ts'
import type { LoginPlan } from '../../core/login/login-plan.ts'
import { sectionToEdit } from '../../core/profiles/section-to-edit.ts'
import { viewOf } from '../../core/profiles/sections.ts'
import { awsCommand } from '../../core/text/commands.ts'
import type { LoginAnswer, Warning } from '../../core/wire.ts'
import type { FileName } from '../files/both-files.ts'
import type { KnownFiles } from '../files/known-files.ts'
import { editUserFile, type PlanEdits, rehearseUserEdit } from '../files/user-edit.ts'

export type DeviceToSave = { profile: string; serialNumber: string }

type Saved = { saved: NonNullable<LoginAnswer['saved']>; warnings: Warning[] }

const fileNames = ['config', 'credentials'] as const

/** The profiles whose keys the login is with; a role that was named has the keys and the device of its root. */
export function devicesToSave(plan: LoginPlan): DeviceToSave[] {
  const roots = plan.roles
    .filter(({ profile }) => plan.asked.includes(profile))
    .map(({ source, serialNumber = '' }) => [source.root, serialNumber] as const)
  const targets = plan.targets.map(({ profile }) => [profile, plan.serialNumber] as const)
  return [...new Map([...roots, ...targets])]
    .filter(([, serialNumber]) => serialNumber !== '')
    .map(([profile, serialNumber]) => ({ profile, serialNumber }))
}

/** Throws what would keep them from being saved, before a code is used. */
export function rehearseSaving(known: KnownFiles, devices: readonly DeviceToSave[]): void {
  for (const [file, inFile] of byFile(known, devices)) rehearseUserEdit(known, file, planFor(file, inFile))
}

/** A job, like every write. The code is used up by now: what goes wrong is a warning, and the session keeps the device. */
export async function saveDevices(known: KnownFiles, devices: readonly DeviceToSave[]): Promise<Saved> {
  const answer: Saved = { saved: [], warnings: [] }
  for (const [file, inFile] of byFile(known, devices)) {
    try {
      const { warnings } = await editUserFile(known, file, planFor(file, inFile))
      answer.saved.push(...inFile.map((device) => ({ ...device, file: known.files[file] })))
      answer.warnings.push(...warnings)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      answer.warnings.push(...inFile.map((device) => notSaved(device, error)))
    }
  }
  return answer
}

/** The same for one, where it is all that is asked for. A job, too. Throws what keeps it from being saved. */
export async function saveDevice(
  known: KnownFiles,
  device: DeviceToSave,
): Promise<{ file: string; isChanged: boolean; warnings: Warning[] }> {
  const [[file] = ['config' as const]] = byFile(known, [device])
  const { isChanged, warnings } = await editUserFile(known, file, planFor(file, [device]))
  return { file: known.files[file], isChanged, warnings }
}

function byFile(
  { sections }: KnownFiles,
  devices: readonly DeviceToSave[],
): [FileName, readonly DeviceToSave[]][] {
  const fileOf = ({ profile }: DeviceToSave) =>
    viewOf(sections, profile).placeOf('mfa_serial')?.file === 'credentials' ? 'credentials' : 'config'
  return fileNames
    .map((name): [FileName, DeviceToSave[]] => [name, devices.filter((device) => fileOf(device) === name)])
    .filter(([, inFile]) => inFile.length > 0)
}

function planFor(file: FileName, devices: readonly DeviceToSave[]): PlanEdits {
  return (document) =>
    devices.map(({ profile, serialNumber }) => ({
      kind: 'set',
      section: sectionToEdit(document, file, profile),
      key: 'mfa_serial',
      value: serialNumber,
    }))
}

function notSaved({ profile, serialNumber }: DeviceToSave, error: AppError): Warning {
  return {
    code: error.code,
    message: `the device of ${profile} was not saved: ${error.message}`,
    hint: `${error.hint}; then: ${awsCommand(`configure set mfa_serial ${serialNumber}`, profile)}`,
  }
}
