// Who has a file of ours mounted by itself: `/proc/PID/mountinfo`, of the processes that let us look.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { MountedFile } from '../core/doctor/containers.ts'
import { fileMounts, isMountedAt } from '../core/doctor/mount-table.ts'

/** A computer can have very many processes, and a mount table very many lines. */
const mostProcesses = 5000
const mostBytes = 1024 * 1024

/** One for each world of mounts but ours. */
export function mountedElsewhere(path: string): MountedFile[] {
  const seen = new Set([worldOf('self')])
  const found: MountedFile[] = []
  for (const pid of processes()) {
    const world = worldOf(pid)
    if (world === undefined || seen.has(world)) continue
    seen.add(world)
    const mounts = fileMounts(tableOf(pid) ?? '', path)
    for (const mount of mounts.slice(0, 1)) found.push({ pid: Number(pid), program: nameOf(pid), ...mount })
  }
  return found
}

/** Is something mounted exactly at this path, for us? */
export function isMountPoint(path: string): boolean {
  return isMountedAt(tableOf('self') ?? '', path)
}

function processes(): string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .slice(0, mostProcesses)
  } catch {
    return []
  }
}

function worldOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return undefined
  }
}

function tableOf(pid: string): string | undefined {
  return textOf(`/proc/${pid}/mountinfo`)?.slice(0, mostBytes)
}

function nameOf(pid: string): string {
  return textOf(`/proc/${pid}/comm`)?.trim() ?? ''
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
