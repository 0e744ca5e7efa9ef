// The user service: is it installed, does it start by itself, and does it stay up?
import type { ErrorBody } from '../errors.ts'
import type { ServiceState } from '../service/service-state.ts'
import { type Check, type Finding, finding } from './finding.ts'

export type ServiceFacts = {
  manager: 'systemd' | 'launchd'
  /** Is there a manager that could run one? */
  hasManager: boolean
  isInstalled: boolean
  /** What it starts and is not there any more. */
  missing?: ErrorBody
  state?: ServiceState
  /** Why the manager does not tell. */
  unknown?: ErrorBody
  daemonPid?: number
  /** The last line of the log that tells of an error. */
  lastError?: { text: string; at: string }
}

const mostRestarts = 3

export function checkService(facts: ServiceFacts): Check {
  const findings = facts.isInstalled ? installedFindings(facts) : notInstalled(facts)
  const last = facts.lastError === undefined ? [] : [lastErrorNote(facts.lastError)]
  return { area: 'service', looked: describe(facts), findings: [...findings, ...last] }
}

function installedFindings({ missing, state, unknown, daemonPid }: ServiceFacts): Finding[] {
  if (missing !== undefined) return [finding('problem', missing)]
  if (unknown !== undefined)
    return [finding('warning', unknown, 'nobody can say whether it starts the daemon when you log in')]
  if (state === undefined) return []
  const isUp = state.active === 'active' || state.active === 'activating'
  return [
    ...(isUp ? [] : [down(state, daemonPid)]),
    ...(state.isEnabled ? [] : [notEnabled]),
    ...(state.restarts >= mostRestarts ? [restarted(state.restarts)] : []),
    ...(state.needsReload ? [unitChanged] : []),
  ]
}

function down({ active, result, exitStatus }: ServiceState, daemonPid: number | undefined): Finding {
  if (daemonPid !== undefined)
    return finding('warning', {
      code: 'daemon.not-by-service',
      message: `the daemon (pid ${daemonPid}) was started by hand, and its service is ${active}`,
      hint: 'have the service take its place: mfad restart --replace',
    })
  const status = exitStatus === undefined || exitStatus === 0 ? '' : `, exit status ${exitStatus}`
  return finding('problem', {
    code: 'daemon.service-failed',
    message: `the service is ${active} (${result}${status})`,
    hint: 'see why: mfad logs; start it again with: mfad restart',
  })
}

const notEnabled = finding('warning', {
  code: 'daemon.not-enabled',
  message: 'the service is installed, but does not start by itself',
  hint: 'mfad install',
})

const unitChanged = finding('warning', {
  code: 'daemon.unit-changed',
  message: 'the service file is newer than what systemd has read',
  hint: 'systemctl --user daemon-reload && mfad restart',
})

function restarted(restarts: number): Finding {
  return finding('warning', {
    code: 'daemon.restarted',
    message: `the service failed and was restarted ${restarts} times`,
    hint: 'see why: mfad logs',
  })
}

function lastErrorNote({ text, at }: { text: string; at: string }): Finding {
  return finding('note', {
    code: 'daemon.last-error',
    message: `the last error in the log (${at}): ${text}`,
    hint: 'see what happened around it: mfad logs',
  })
}

function notInstalled({ hasManager, manager }: ServiceFacts): Finding[] {
  if (!hasManager) return []
  return [
    finding('note', {
      code: 'daemon.not-installed',
      message: `no service is installed, and ${manager} could run one`,
      hint: 'mfad install',
    }),
  ]
}

function describe({ isInstalled, hasManager, manager, state }: ServiceFacts): string {
  if (!isInstalled) return hasManager ? 'none is installed' : 'no service manager here'
  if (state === undefined) return `installed for ${manager}`
  const { active, isEnabled, restarts, pid } = state
  const process = pid === undefined ? '' : `, pid ${pid}`
  return `${manager}: ${active}${process}, ${isEnabled ? 'starts' : 'does not start'} by itself, restarts: ${restarts}`
}
