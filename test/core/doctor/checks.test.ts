// What each check makes of facts that no test can bring about on this computer.
import { describe, expect, it } from 'vitest'
import { checkAws } from '../../../src/core/doctor/aws.ts'
import { checkDaemon, type DaemonFacts } from '../../../src/core/doctor/daemon.ts'
import { type Check, diagnosisExitCode, finding } from '../../../src/core/doctor/finding.ts'
import { fileMounts, isMountedAt } from '../../../src/core/doctor/mount-table.ts'
import { checkReminders, type RemindersFacts } from '../../../src/core/doctor/reminders.ts'
import { checkService, type ServiceFacts } from '../../../src/core/doctor/service.ts'
import { nodeFlags } from '../../../src/core/service/daemon-argv.ts'
import { launchdState, type ServiceState, systemdState } from '../../../src/core/service/service-state.ts'

const said = ({ findings }: Check) => findings.map(({ severity, code }) => `${severity} ${code}`)
const problem = (
  code: 'file.duplicate-key' | 'daemon.not-running' | 'network.timeout',
  severity: 'problem' | 'warning' | 'note',
) => finding(severity, { code, message: 'it is so', hint: 'mend it' })
const check = (...findings: Check['findings']): Check => ({ area: 'files', looked: '', findings })

describe('the exit code', () => {
  it.each<[Check['findings'], number]>([
    [[], 0],
    [[problem('network.timeout', 'note')], 0],
    [[problem('network.timeout', 'warning')], 6],
    [[problem('network.timeout', 'warning'), problem('daemon.not-running', 'problem')], 3],
    [[problem('file.duplicate-key', 'problem'), problem('daemon.not-running', 'problem')], 7],
  ])('is that of the worst finding, the first of its kind', (findings, exitCode) => {
    expect(diagnosisExitCode({ checks: [check(...findings)] })).toBe(exitCode)
  })
})

describe('a daemon', () => {
  const facts: DaemonFacts = {
    version: '1.0.0',
    socket: '/s',
    others: [],
    updateHint: 'update',
    restartHint: 'restart',
  }
  it('that runs without its flags is named with those that are missing', () => {
    const argv = ['node', ...nodeFlags.slice(1), 'mfad.cjs', 'daemon']
    const { findings } = checkDaemon({ ...facts, argv }, () => false)
    expect(findings).toMatchObject([
      { code: 'daemon.not-hardened', fact: 'the daemon runs without --max-opt=0', fix: 'restart' },
    ])
    expect(
      checkDaemon({ ...facts, argv: ['node', ...nodeFlags, 'mfad.cjs', 'daemon'] }, () => false).findings,
    ).toEqual([])
    const asSingleFile = { ...facts, argv: ['/home/me/bin/mfad', 'daemon'] }
    expect(checkDaemon(asSingleFile, () => false).findings).toEqual([])
  })

  it('that has another socket is told of in place of one that does not run: one more could not be started', () => {
    const error = {
      code: 'daemon.not-running',
      message: 'the daemon is not running',
      hint: 'start it',
    } as const
    const codesOf = (others: DaemonFacts['others']) =>
      checkDaemon({ ...facts, error, others }, () => false).findings.map(({ code }) => code)
    expect(codesOf([])).toEqual(['daemon.not-running'])
    expect(codesOf([{ pid: 7, socket: '/o' }])).toEqual(['daemon.second'])
  })
})

describe('a service', () => {
  const state: ServiceState = {
    active: 'active',
    isEnabled: true,
    restarts: 0,
    result: 'success',
    needsReload: false,
  }
  const facts: ServiceFacts = { manager: 'systemd', hasManager: true, isInstalled: true, state }
  it.each<[string, Partial<ServiceFacts>, string[]]>([
    ['that runs', {}, []],
    ['that was started again twice', { state: { ...state, restarts: 2 } }, []],
    ['that keeps failing', { state: { ...state, restarts: 3 } }, ['warning daemon.restarted']],
    [
      'beside a daemon by hand',
      { state: { ...state, active: 'inactive' }, daemonPid: 7 },
      ['warning daemon.not-by-service'],
    ],
    [
      'that is down',
      { state: { ...state, active: 'failed', result: 'oom-kill' } },
      ['problem daemon.service-failed'],
    ],
    ['that is not installed', { isInstalled: false }, ['note daemon.not-installed']],
    ['that no manager could run', { isInstalled: false, hasManager: false }, []],
  ])('%s', (_what, change, expected) => {
    expect(said(checkService({ ...facts, ...change }))).toEqual(expected)
  })

  it('is read from what systemctl prints', () => {
    const text =
      'ActiveState=failed\nUnitFileState=enabled-runtime\nNRestarts=4\nResult=signal\nExecMainStatus=9\nMainPID=0\nNeedDaemonReload=no\n'
    expect(systemdState(text)).toEqual({
      active: 'failed',
      isEnabled: true,
      restarts: 4,
      result: 'signal',
      exitStatus: 9,
      needsReload: false,
    })
    expect(systemdState('')).toMatchObject({ active: 'unknown', isEnabled: false, restarts: 0 })
    expect(systemdState('ActiveState=\u001b[31mred\u0007\nNRestarts=1e9\n')).toMatchObject({
      active: '31mred',
      restarts: 0,
    })
  })

  it('is read from what launchctl prints', () => {
    const text =
      'gui/501/io.mfad.daemon = {\n\tstate = running\n\tpid = 812\n\truns = 3\n\tlast exit code = 1\n}\n'
    expect(launchdState(text)).toMatchObject({ active: 'active', pid: 812, restarts: 2, exitStatus: 1 })
    expect(launchdState('\tstate = not running\n\tlast exit code = (never exited)\n')).toMatchObject({
      active: 'not running',
      restarts: 0,
      result: 'success',
    })
  })
})

describe('reminders', () => {
  const facts: RemindersFacts = {
    platform: 'linux',
    settings: { notify: 'desktop' },
    hasDisplay: true,
    hasNotifySend: true,
    capabilities: new Set(['actions', 'body']),
    dialog: 'zenity',
  }
  it.each<[string, Partial<RemindersFacts>, string[]]>([
    ['with buttons and a dialog', {}, []],
    ['on a service without buttons', { capabilities: new Set(['body']) }, ['note notifier.no-buttons']],
    ['that no service shows', { capabilities: 'unreachable' }, ['warning notifier.unavailable']],
    ['without notify-send', { hasNotifySend: false }, ['warning notifier.unavailable']],
    ['without a desktop', { hasDisplay: false, capabilities: 'unreachable' }, ['note notifier.no-desktop']],
    [
      'without a dialog program',
      { noDialog: 'neither zenity nor kdialog is installed' },
      ['warning notifier.no-dialog'],
    ],
    ['where none is wanted', { noDialog: 'prompt = none in the settings' }, ['note notifier.no-dialog']],
    ['that are switched off', { settings: { notify: 'none' } }, ['note settings.notify-none']],
    ['that a command is told of', { settings: { notify: 'none', notifyCommand: 'x' } }, []],
    ['on macOS', { platform: 'darwin', noDialog: 'x', macNotifier: 'alerter' }, []],
    ['on a Mac without a program to type into', { platform: 'darwin' }, ['note notifier.no-buttons']],
  ])('%s', (_what, change, expected) => {
    expect(said(checkReminders({ ...facts, ...change }))).toEqual(expected)
  })
})

describe('the clock', () => {
  it.each<[number, string[]]>([
    [0, []],
    [60, []],
    [-61, ['warning sts.clock-skewed']],
    [301, ['problem sts.clock-skewed']],
  ])('that is %i s off', (clockOffsetSeconds, expected) => {
    const reached = [{ profiles: ['dev'], host: 'sts.amazonaws.com', clockOffsetSeconds }]
    expect(said(checkAws({ reached, left: 0 }))).toEqual(expected)
  })
})

describe('the table of mounts', () => {
  const path = '/home/me/.aws/credentials'
  const line = (root: string, at: string) =>
    `36 35 98:0 ${root} ${at} rw,noatime master:1 - ext4 /dev/sda2 rw`
  it.each<[string, string, object[]]>([
    [
      'the file, of a file system for /home',
      line('/me/.aws/credentials', '/root/.aws/credentials'),
      [{ mountPoint: '/root/.aws/credentials', isReplaced: false }],
    ],
    ['the file that it was', line(`${path}//deleted`, '/c'), [{ mountPoint: '/c', isReplaced: true }]],
    [
      'a place with a blank',
      line(path, '/my\\040files/c'),
      [{ mountPoint: '/my files/c', isReplaced: false }],
    ],
    ['its directory', line('/home/me/.aws', '/root/.aws'), []],
    ['another file of that name', line('/home/you/.aws/credentials', '/c'), []],
    ['the top of a file system', line('/', '/'), []],
    ['nothing', '', []],
    ['half a line', '36 35 98:0', []],
  ])('names %s', (_what, table, expected) => {
    expect(fileMounts(table, path)).toEqual(expected)
  })

  it('says whether something is mounted at a path', () => {
    expect(isMountedAt(line('/x', path), path)).toBe(true)
    expect(isMountedAt(line(path, '/x'), path)).toBe(false)
  })
})
