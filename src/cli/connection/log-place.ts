// Where the daemon's log is: what the running daemon has as its standard error says so; without one, what its service or
// an earlier daemon has left.
import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import { propertyListString } from '../../core/service/installed-argv.ts'
import { detachedLog } from '../../edges/log-file.ts'
import { daemonPid } from './connection.ts'
import type { Context } from './context.ts'
import { installedService, startCommand } from './start-command.ts'

export type LogPlace = { pid?: number } & (
  | { kind: 'file'; path: string }
  | { kind: 'journal'; unit: string; isUserUnit: boolean }
)

/** Throws daemon.no-log where there is none to be read. */
export async function findLog(context: Context): Promise<LogPlace> {
  const pid = await daemonPid(context)
  const place = (pid === undefined ? undefined : placeOfProcess(context, pid)) ?? placeLeft(context, pid)
  if (place !== undefined) return pid === undefined ? place : { ...place, pid }
  throw new AppError(
    'daemon.no-log',
    pid === undefined
      ? 'there is no log: no daemon runs, and none has left one'
      : `no log of the daemon (pid ${pid}) was found`,
    pid === undefined ? `start it with: ${startCommand(context)}` : 'is it in a container? look there',
  )
}

/** Undefined where the system does not tell, and where another process has this number here: a daemon in a container. */
function placeOfProcess(context: Context, pid: number): LogPlace | undefined {
  const target = orUndefined(() => readlinkSync(`/proc/${pid}/fd/2`))
  if (target === undefined || wordsOf(pid, 'cmdline').at(-1) !== 'daemon') return undefined
  const path = target.endsWith(' (deleted)') ? `/proc/${pid}/fd/2` : target
  if (orUndefined(() => statSync(path))?.isFile()) return { kind: 'file', path }
  if (isJournal(pid, target)) return unitOf(pid)
  throw new AppError(
    'daemon.no-log',
    `the daemon (pid ${pid}) keeps no log: what it says goes to ${target}`,
    `to have a log, end it (kill ${pid}), then: ${startCommand(context)}`,
  )
}

/** systemd names the socket that leads to the journal in a variable, since a program could have got another one since. */
function isJournal(pid: number, target: string): boolean {
  const stream = wordsOf(pid, 'environ').find((word) => word.startsWith('JOURNAL_STREAM='))
  const inode = stream?.split(':')[1]
  return inode !== undefined && target === `socket:[${inode}]`
}

function unitOf(pid: number): LogPlace {
  const group = orUndefined(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? ''
  const path = /^0::(.*)$/m.exec(group)?.[1] ?? ''
  const unit = path.split('/').findLast((part) => part.endsWith('.service') && !part.startsWith('user@'))
  return {
    kind: 'journal',
    unit: unit ?? 'mfad.service',
    isUserUnit: unit === undefined || path.includes('/user@'),
  }
}

/** What `/proc` separates by NUL. */
function wordsOf(pid: number, name: 'cmdline' | 'environ'): string[] {
  const text = orUndefined(() => readFileSync(`/proc/${pid}/${name}`, 'utf8')) ?? ''
  return text.split('\0').filter((word) => word !== '')
}

/** Of log files the one that was written last. */
function placeLeft(context: Context, pid: number | undefined): LogPlace | undefined {
  const service = installedService(context)
  if (service?.manager === 'systemd' && pid === undefined)
    return { kind: 'journal', unit: 'mfad.service', isUserUnit: true }
  const ofService =
    service?.manager === 'launchd' ? propertyListString(service.text, 'StandardErrorPath') : undefined
  const files = [ofService, detachedLog(context.environment)].flatMap((path) => {
    const stats = path === undefined ? undefined : orUndefined(() => statSync(path))
    return path !== undefined && stats?.isFile() ? [{ path, at: stats.mtimeMs }] : []
  })
  const [latest] = files.sort((one, other) => other.at - one.at)
  return latest === undefined ? undefined : { kind: 'file', path: latest.path }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
