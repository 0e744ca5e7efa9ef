// What a check-up says: findings, each with a fact, why it matters, and what mends it.
import type { ErrorCode } from '../error-codes.ts'
import { type ErrorBody, exitCodeOf } from '../errors.ts'
import type { Warning } from '../wire.ts'
import { reasonFor } from './reasons.ts'

/** problem: something does not work. warning: it works, and will not always. note: nothing is wrong. */
export type Severity = 'problem' | 'warning' | 'note'

export type Finding = {
  severity: Severity
  code: ErrorCode
  fact: string
  why: string
  fix: string
  file?: string
  /** Counted from 1. */
  line?: number
}

type Area = 'files' | 'settings' | 'profiles' | 'daemon' | 'service' | 'reminders' | 'AWS' | 'containers'

/** `looked`: what was looked at, and how it stands, for people. */
export type Check = { area: Area; looked: string; findings: Finding[] }

export type Diagnosis = { checks: readonly Check[] }

/** `why`: where the code does not say it. */
export function finding(
  severity: Severity,
  problem: Omit<ErrorBody, 'code'> & { code: ErrorCode } & Pick<Partial<Warning>, 'file' | 'line'>,
  why = reasonFor(problem.code),
): Finding {
  const { code, message, hint, file, line } = problem
  return {
    severity,
    code,
    fact: message,
    why,
    fix: hint,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  }
}

/** The worst first, in the order of the checks. */
export function findingsOf({ checks }: Diagnosis): Finding[] {
  const all = checks.flatMap(({ findings }) => findings)
  return (['problem', 'warning', 'note'] as const).flatMap((severity) =>
    all.filter((each) => each.severity === severity),
  )
}

/** 0 where nothing is wrong, else that of the worst finding, as if its error had ended the command. */
export function diagnosisExitCode(diagnosis: Diagnosis): number {
  const [worst] = findingsOf(diagnosis)
  return worst === undefined || worst.severity === 'note' ? 0 : exitCodeOf(worst.code)
}
