// Containers that mount the credentials file by itself: in there it stays the file that it was.
import { printable } from '../text/printable.ts'
import { type Check, finding } from './finding.ts'

/** The file at `mountPoint` in the world of that process. */
export type MountedFile = { pid: number; program: string; mountPoint: string; isReplaced: boolean }

export function checkContainers(mounted: readonly MountedFile[], directory: string): Check {
  return {
    area: 'containers',
    looked:
      mounted.length === 0
        ? 'no container that can be seen mounts the credentials file'
        : `${mounted.length} mount the credentials file`,
    findings: mounted.map(({ pid, program, mountPoint, isReplaced }) =>
      finding('warning', {
        code: 'file.mounted-alone',
        message: `${printable(program)} (pid ${pid}) mounts only the credentials file, at ${printable(mountPoint, 200)}${isReplaced ? ', and sees an old copy' : ''}`,
        hint: `mount the directory ${directory} instead of the file, and start it again`,
      }),
    ),
  }
}
