// mfad's own settings, and variables of this shell that get between AWS tools and a session.
import type { ErrorBody } from '../errors.ts'
import { printable } from '../text/printable.ts'
import type { Warning } from '../wire.ts'
import { type Check, type Finding, finding } from './finding.ts'

export type SettingsFacts = {
  path: string
  exists: boolean
  problem?: ErrorBody
  warnings: readonly Warning[]
  /** The names of the variables that hold credentials in this shell. */
  credentialVariables: readonly string[]
  awsProfile?: string
}

export function checkSettings({ path, exists, problem, warnings, ...shell }: SettingsFacts): Check {
  return {
    area: 'settings',
    looked: exists ? path : `${path}: none, the defaults apply`,
    findings: [
      ...(problem === undefined ? [] : [finding('problem', problem)]),
      ...warnings.map((warning) => finding('warning', warning)),
      ...shellFindings(shell),
    ],
  }
}

function shellFindings({
  credentialVariables,
  awsProfile,
}: Pick<SettingsFacts, 'credentialVariables' | 'awsProfile'>): Finding[] {
  if (credentialVariables.length === 0) return []
  const names = credentialVariables.join(', ')
  const profile = awsProfile === undefined ? '' : `, beside AWS_PROFILE=${printable(awsProfile)}`
  return [
    finding(awsProfile === undefined ? 'note' : 'warning', {
      code: 'settings.credentials-in-shell',
      message: `this shell has ${names}${profile}`,
      hint: `unset ${credentialVariables.join(' ')}`,
    }),
  ]
}
