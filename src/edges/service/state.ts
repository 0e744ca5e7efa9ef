// How the service stands, asked of its manager.
import type { ErrorBody } from '../../core/errors.ts'
import {
  launchdState,
  type ServiceState,
  systemdProperties,
  systemdState,
} from '../../core/service/service-state.ts'
import { stepError } from '../../core/service/step-outcome.ts'
import { runProgram } from '../programs/child-program.ts'

const limitMs = 5000
const silence = `no answer within ${limitMs / 1000} s`

/** Never rejects: that nobody can say is part of the answer. */
export async function readServiceState(
  manager: 'systemd' | 'launchd',
  uid: number,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ state: ServiceState } | { unknown: ErrorBody }> {
  const argv =
    manager === 'systemd'
      ? ['systemctl', '--user', 'show', 'mfad.service', `--property=${systemdProperties.join(',')}`]
      : ['launchctl', 'print', `gui/${uid}/io.mfad.daemon`]
  const [program = '', ...args] = argv
  const { end, exitCode, stdout, stderr } = await runProgram(program, args, {
    // Words in English, which are read.
    environment: { ...environment, LC_ALL: 'C' },
    limitMs,
  })
  if (exitCode === 0) return { state: manager === 'systemd' ? systemdState(stdout) : launchdState(stdout) }
  const detail = end.kind === 'not-started' ? (end.reason ?? 'ENOENT') : exitCode === null ? silence : stderr
  const { code, message, hint } = stepError({ argv, why: 'look at the service' }, { exitCode, detail })
  return { unknown: { code, message, hint } }
}
