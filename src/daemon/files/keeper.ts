// Keeps in the credentials file what we meant to stand there: restores what another program's write has undone, writes
// sessions that could not be written before, and brings sections in step with their profiles. What is to be done is decided
// by planWrites and outOfStep; one job at a time carries it out.

import { AppError, errorBody } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { earliest } from '../../core/time/instant.ts'
import { outOfStep } from '../../core/writes/in-step.ts'
import {
  forgetUnwritten,
  noteTried,
  type SessionWrite,
  type UnwrittenSession,
} from '../../core/writes/ledger.ts'
import { planWrites, type WritePlan } from '../../core/writes/plan-writes.ts'
import type { Log } from '../../edges/logger.ts'
import type { KnownFiles } from './known-files.ts'
import { restoreUndone, writeSessions } from './session-writer.ts'

export type KeeperDeps = {
  known: KnownFiles
  log: Log
  /** On STS's clock, on which expirations are stated. */
  stsNow(): Date
  /** Runs after the jobs that were asked for before. Never rejects. */
  enqueue(job: () => Promise<void>): void
  /** A job has ended; these session sections, which could not be written before, are in the file now. Never throws. */
  done(sections: readonly string[]): void
}

export type Keeper = {
  /** Starts what is to be done now; answers when to look again, as far as it knows. */
  look(): Date | undefined
  /** Will this session section be written once more, or is it being done? */
  isRestoring(sessionProfile: string): boolean
}

const restorePauseMs = 1000
/** Another daemon with another config file would set its own region each time. */
const mostCorrections = 5

export function createKeeper(deps: KeeperDeps): Keeper {
  const { known, log } = deps
  let isBusy = false
  let restoring: ReadonlySet<string> = new Set()
  let restoreAgainAt: Date | undefined
  /** What failed for one reading of the files is not tried again before they change. */
  let inStepFor: readonly Profile[] | undefined
  /** How often a section was brought in step, by its access key id and the region it got. */
  const corrections = new Map<string, number>()

  const isOpen = (write: SessionWrite) => (corrections.get(correctionId(write)) ?? 0) < mostCorrections
  const clock = () => ({ now: known.now(), stsNow: deps.stsNow() })

  const restore = async () => {
    try {
      const sections = await restoreUndone(known)
      if (sections.length > 0) log.info({ sections }, 'restored what another program had undone')
      restoreAgainAt = undefined
    } catch (error) {
      log.warn({ error: errorBody(error) }, 'what another program had undone could not be restored')
      restoreAgainAt = new Date(known.now().getTime() + restorePauseMs)
    }
  }

  const writeUnwritten = async (session: UnwrittenSession): Promise<string[]> => {
    const names = session.writes.map(({ sessionProfile }) => sessionProfile)
    try {
      const { skipped } = await writeSessions(known, session.writes)
      known.setLedger(forgetUnwritten(known.ledger, names))
      const sections = names.filter((name) => !skipped.has(name))
      if (sections.length > 0) log.info({ sections }, 'wrote what could not be written before')
      return sections
    } catch (error) {
      log.debug({ error: errorBody(error) }, 'a session still cannot be written')
      if (!isFileError(error)) known.setLedger(forgetUnwritten(known.ledger, names))
      return []
    }
  }

  const bringInStep = async () => {
    const writes = outOfStep(known.profiles, known.documents).filter(isOpen)
    if (writes.length === 0) return
    for (const write of writes)
      corrections.set(correctionId(write), (corrections.get(correctionId(write)) ?? 0) + 1)
    try {
      await writeSessions(known, writes)
    } catch (error) {
      log.warn({ error: errorBody(error) }, 'the region of a session could not be kept in step')
    }
  }

  /** Each part decides anew: the files may have changed while it waited for its turn. */
  const carryOut = async () => {
    const sections: string[] = []
    try {
      await known.untilBelieved()
      const { restore: undone, write } = take(planWrites(known.documents, known.ledger, clock()))
      if (undone.length > 0) await restore()
      known.setLedger(noteTried(known.ledger, write, known.now()))
      for (const session of write) sections.push(...(await writeUnwritten(session)))
      await bringInStep()
    } catch (error) {
      log.debug({ error: errorBody(error) }, 'the file cannot be written now')
    } finally {
      isBusy = false
      deps.done(sections)
    }
  }

  /** Lets go of what has lost the keys it was made from. */
  const take = (plan: WritePlan): WritePlan => {
    known.setLedger(plan.ledger)
    if (plan.letGo.length > 0)
      log.info({ sections: plan.letGo }, 'not restored: the access key is another one')
    return plan
  }

  /** Planned anew only where something can have become another: the files, what we meant, or the time of the next try. */
  let last: { credentials: unknown; config: unknown; ledger: unknown; plan: WritePlan } | undefined
  const currentPlan = (): WritePlan => {
    const { credentials, config } = known.documents
    const isSame = last?.credentials === credentials && last.config === config && last.ledger === known.ledger
    const isWaiting = last?.plan.write.length === 0 && last.plan.restore.length === 0
    const isEarly = last?.plan.nextAt === undefined || known.now() < last.plan.nextAt
    if (last !== undefined && isSame && isWaiting && isEarly) return last.plan
    const plan = take(planWrites({ credentials, config }, known.ledger, clock()))
    last = { credentials, config, ledger: known.ledger, plan }
    return plan
  }

  return {
    look() {
      if (known.doubtfulUntil !== undefined || known.unreadable !== undefined) return undefined
      const now = known.now()
      const plan = currentPlan()
      restoring = new Set(plan.restore.map(({ name }) => name))
      const isRestoreDue = plan.restore.length > 0 && (restoreAgainAt === undefined || restoreAgainAt <= now)
      const isInStepDue = inStepFor !== known.profiles
      inStepFor = known.profiles
      const isOut = isInStepDue && outOfStep(known.profiles, known.documents).some(isOpen)
      if (!isBusy && (isRestoreDue || plan.write.length > 0 || isOut)) {
        isBusy = true
        deps.enqueue(carryOut)
      }
      return earliest(plan.nextAt, plan.restore.length > 0 ? restoreAgainAt : undefined)
    },
    isRestoring: (sessionProfile) => isBusy || restoring.has(sessionProfile),
  }
}

function correctionId({ replaces, values }: SessionWrite): string {
  return `${replaces} ${values.get('region') ?? ''}`
}

function isFileError(error: unknown): boolean {
  return error instanceof AppError && error.code.startsWith('file.')
}
