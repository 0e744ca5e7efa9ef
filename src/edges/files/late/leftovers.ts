// What `status` says of edits by other programs that are not in the file: lost for good, or kept beside it.

import type { ErrorBody } from '../../../core/errors.ts'
import { AppError } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { errnoOf, type FileSystem, failureOf } from '../disk/system.ts'

export type Leftovers = {
  /** So many edits were lost just now; answers the warning about these alone. */
  noteLost(path: string, count: number, now: Date): ErrorBody
  /** An edit is in `keptPath` and not in the file; without a path it is lost. */
  noteKept(keptPath: string | undefined, realPath: string, cause?: unknown): void
  /** A write in place was interrupted, and cannot be completed from its recovery copy: the file has changed since. */
  noteInterrupted(recoveryPath: string, realPath: string): void
  warnings(): ErrorBody[]
}

/** Of lost edits the last instants are named, and all are counted. */
const mostInstants = 20
const mostKept = 100

export function createLeftovers(fs: FileSystem): Leftovers {
  const lost = { count: 0, instants: [] as string[], path: '' }
  const kept = new Map<string, ErrorBody>()
  return {
    noteLost(path, count, now) {
      const instants = [formatInstant(now)]
      lost.count += count
      lost.path = path
      lost.instants = [...new Set([...lost.instants, ...instants])].slice(-mostInstants)
      return lostWarning({ count, instants, path })
    },
    noteKept(keptPath, realPath, cause) {
      if (kept.size < mostKept) kept.set(keptPath ?? '', keptWarning(keptPath, realPath, cause))
    },
    noteInterrupted(recoveryPath, realPath) {
      if (kept.size < mostKept) kept.set(recoveryPath, interruptedWarning(recoveryPath, realPath))
    },
    warnings() {
      for (const path of kept.keys()) {
        if (path !== '' && errnoOf(failureOf(() => fs.statSync(path))) === 'ENOENT') kept.delete(path)
      }
      return [...(lost.count === 0 ? [] : [lostWarning(lost)]), ...kept.values()]
    },
  }
}

function lostWarning({
  count,
  instants,
  path,
}: {
  count: number
  instants: string[]
  path: string
}): ErrorBody {
  const edits = count === 1 ? 'an edit' : `${count} edits`
  return {
    code: 'file.foreign-edit-lost',
    message: `${edits} of ${path} by other programs fell into the same instant as mfad's and ${count === 1 ? 'is' : 'are'} lost: ${instants.join(', ')}`,
    hint: 'look for what they should have changed, and do it once more',
  }
}

function keptWarning(keptPath: string | undefined, realPath: string, cause: unknown): ErrorBody {
  const reason = cause instanceof AppError ? ` (${cause.message})` : ''
  if (keptPath === undefined) {
    return {
      code: 'file.foreign-edit-lost',
      message: `another program wrote to the old ${realPath} after mfad had replaced it, and that could not be merged${reason}`,
      hint: 'look for what it should have changed, and do it once more',
    }
  }
  return {
    code: 'file.edit-kept',
    message: `what another program wrote while mfad replaced ${realPath} is in ${keptPath} and not in the file${reason}`,
    hint: `compare, take over what is missing, then remove it: diff ${quoted(keptPath)} ${quoted(realPath)}`,
  }
}

function interruptedWarning(recoveryPath: string, realPath: string): ErrorBody {
  return {
    code: 'file.half-written',
    message: `mfad was interrupted while it wrote ${realPath}, and could not complete it, or another program has changed it since: it may not be whole`,
    hint: `look at it, then remove ${quoted(recoveryPath)}; what it held before: jq -r .before ${quoted(recoveryPath)} | base64 -d`,
  }
}
