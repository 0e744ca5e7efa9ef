// AWS: can STS be reached the way a login would reach it, and does its clock agree with ours?
import type { ErrorBody } from '../errors.ts'
import { type Check, type Finding, finding } from './finding.ts'

/** Where a login of these profiles would go, and what came of asking there. */
export type ReachedAws = {
  profiles: readonly string[]
  host?: string
  /** Where the proxy is named. */
  proxy?: string
  error?: ErrorBody
  /** The service's clock minus ours. */
  clockOffsetSeconds?: number
}

/** `left`: hosts that were not asked, since there are many. Undefined where nothing was to be asked. */
export type AwsFacts = { reached: readonly ReachedAws[]; left: number } | undefined

const shownSeconds = 60
const refusedSeconds = 300

export function checkAws(facts: AwsFacts): Check {
  if (facts === undefined) return { area: 'AWS', looked: 'not asked (--offline)', findings: [] }
  const { reached, left } = facts
  const asked = reached.flatMap(({ host, proxy, error }) =>
    host === undefined || error !== undefined
      ? []
      : [`${host} answers${proxy === undefined ? '' : ` (through ${proxy})`}`],
  )
  const more = left === 0 ? [] : [`${left} more were not asked`]
  return {
    area: 'AWS',
    looked: reached.length === 0 ? 'no profile needs it' : [...asked, ...more].join('\n') || 'no answer',
    findings: reached.flatMap(reachFindings),
  }
}

function reachFindings({ error, host, clockOffsetSeconds: offset = 0 }: ReachedAws): Finding[] {
  const findings = error === undefined ? [] : [finding('problem', error)]
  if (Math.abs(offset) <= shownSeconds) return findings
  const amount = Math.abs(offset) < 120 ? `${Math.abs(offset)} s` : `${Math.round(Math.abs(offset) / 60)} min`
  const clock = finding(Math.abs(offset) > refusedSeconds ? 'problem' : 'warning', {
    code: 'sts.clock-skewed',
    message: `this computer's clock is ${amount} ${offset > 0 ? 'behind' : 'ahead of'} that of ${host ?? 'AWS'}`,
    hint: 'set the clock: timedatectl set-ntp true (macOS: Date & Time in the System Settings)',
  })
  return [...findings, clock]
}
