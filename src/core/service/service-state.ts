// What the service manager says of the service, read from what its commands print.

export type ServiceState = {
  /** systemd's words: active, failed, inactive, activating. */
  active: string
  isEnabled: boolean
  restarts: number
  /** Why it ended the last time: success, exit-code, signal, start-limit-hit, oom-kill. */
  result: string
  exitStatus?: number
  pid?: number
  /** Its file is newer than what the manager has read. */
  needsReload: boolean
}

/** Of `systemctl --user show mfad.service`: lines `Name=value`. */
export const systemdProperties = [
  'ActiveState',
  'UnitFileState',
  'NRestarts',
  'Result',
  'ExecMainStatus',
  'MainPID',
  'NeedDaemonReload',
] as const

export function systemdState(text: string): ServiceState {
  const value = (name: (typeof systemdProperties)[number]) =>
    word(new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1])
  const [pid, exitStatus] = [number(value('MainPID')), number(value('ExecMainStatus'))]
  return {
    active: value('ActiveState') || 'unknown',
    isEnabled: /^enabled/.test(value('UnitFileState')),
    restarts: number(value('NRestarts')) ?? 0,
    result: value('Result') || 'unknown',
    ...(exitStatus === undefined ? {} : { exitStatus }),
    ...(pid === undefined || pid === 0 ? {} : { pid }),
    needsReload: value('NeedDaemonReload') === 'yes',
  }
}

/** Of `launchctl print gui/UID/io.mfad.daemon`: lines `name = value`. It is loaded, so it starts by itself. */
export function launchdState(text: string): ServiceState {
  const value = (name: string) => word(new RegExp(`^\\s*${name} = (.*)$`, 'm').exec(text)?.[1])
  const [pid, exitStatus, runs] = [
    number(value('pid')),
    number(value('last exit code')),
    number(value('runs')),
  ]
  return {
    active: value('state') === 'running' ? 'active' : value('state') || 'unknown',
    isEnabled: true,
    restarts: Math.max(0, (runs ?? 1) - 1),
    result: exitStatus === undefined || exitStatus === 0 ? 'success' : 'exit-code',
    ...(exitStatus === undefined ? {} : { exitStatus }),
    ...(pid === undefined ? {} : { pid }),
    needsReload: false,
  }
}

function word(text = ''): string {
  return text.replace(/[^\w .-]/g, '').slice(0, 40)
}

function number(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
