// The report of a bug, with what this computer adds to it.
import { hostname, release, userInfo } from 'node:os'
import type { Diagnosis } from '../../core/doctor/finding.ts'
import type { Literal } from '../../core/doctor/redaction.ts'
import { reportText } from '../../core/doctor/report.ts'
import { homeDirectory } from '../../edges/paths.ts'
import type { Gathered } from './facts.ts'

export function reportOf({ facts, context, documents }: Gathered, diagnosis: Diagnosis): string {
  const { environment, settings } = context
  const own: Literal[] = [
    [homeDirectory(environment), 'HOME'],
    [hostname(), 'COMPUTER'],
    [userName(), 'USER'],
    [process.argv[1] ?? '', 'MFAD'],
    [process.execPath, 'NODE'],
    [environment.AWS_PROFILE ?? '', 'AWS_PROFILE'],
  ]
  return reportText({
    facts,
    diagnosis,
    documents,
    settings,
    now: new Date(),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    own: own.filter(([text]) => text !== ''),
  })
}

/** A container may run as a number that has no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
