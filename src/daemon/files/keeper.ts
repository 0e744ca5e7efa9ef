// Keeps in the files what we meant to stand there: restores what another program's write has undone, writes sessions that
// could not be written before, and brings sections in step with their profiles. planWrites and outOfStep decide what is to
// be done; one job at a time carries it out.

import { isFileCode } from '../../core/error-codes.ts'
import { AppError, errorBody } from '../../core/errors.ts'
import { inStepKeys } from '../../core/profiles/in-step-settings.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { earliest } from '../../core/time/instant.ts'
import { outOfStep } from '../../core/writes/in-step.ts'
import {
  forgetUnwritten,
  noteTried,
  type SessionWrite,
  type UnwrittenSession,
} from '../../core/writes/ledger.ts'
import { planEdits, planWrites, type WritePlan } from '../../core/writes/plan-writes.ts'
import type { Log } from '../../edges/logger.ts'
import { type FileName, fileNames } from './both-files.ts'
import type { KnownFiles } from './known-files.ts'
import { restoreUndone } from './restore.ts'
import { writeSessions } from './session-writer.ts'

export type KeeperDeps = {
  known: KnownFiles
  log: Log
  /** Runs after the jobs that were asked for before. Never rejects. */
  enqueue(job: () => Promise<void>): void
  /** A job has ended; these session sections, which could not be written before, are in the file now. Never throws. */
  done(sections: readonly string[]): void
}

export type Keeper = {
  /** Looks at the files and the clock, and starts what is due; answers when to look again, as far as it knows. */
  look(): Date | undefined
  /** Will this session section be written once more, or is it being done? */
  isRestoring(sessionProfile: string): boolean
}

/** `restoreInConfig`: there is something to restore in the config file, too. */
type Plan = WritePlan & { restoreInConfig: boolean }

const restorePauseMs = 1000
/** Of one session. Two daemons with different config files would put their own region into it by turns, for ever. */
const mostCorrections = 5

/** What is remembered from one try to the next. */
type Tries = {
  restoreAgainAt?: Date
  /** The profiles that were compared last: what failed for them is not tried again before the files change. */
  inStepFor?: readonly Profile[]
  /** How often a section was brought in step, by its access key id and the settings it got. */
  corrections: Map<string, number>
}

export function createKeeper(deps: KeeperDeps): Keeper {
  const { known } = deps
  const tries: Tries = { corrections: new Map() }
  const planNow = createPlanner(deps)
  let isBusy = false
  let restoring: ReadonlySet<string> = new Set()

  const carryOut = async () => {
    let sections: string[] = []
    try {
      sections = await keep(deps, tries)
    } catch (error) {
      deps.log.debug({ error: errorBody(error) }, 'the file cannot be written now')
    } finally {
      isBusy = false
      deps.done(sections)
    }
  }

  return {
    look() {
      if (known.doubtfulUntil !== undefined || known.unreadable !== undefined) return undefined
      const { restore, restoreInConfig, write, nextAt } = planNow()
      restoring = new Set(restore.map(({ name }) => name))
      const { restoreAgainAt } = tries
      const isUndone = restore.length > 0 || restoreInConfig
      const isRestoreDue = isUndone && (restoreAgainAt === undefined || restoreAgainAt <= known.now())
      // What comes while a job runs is looked at when it has ended.
      if (!isBusy && (isRestoreDue || write.length > 0 || isOutOfStep(known, tries))) {
        isBusy = true
        deps.enqueue(carryOut)
      }
      return earliest(nextAt, isUndone ? restoreAgainAt : undefined)
    },
    isRestoring: (sessionProfile) => isBusy || restoring.has(sessionProfile),
  }
}

/**
 * Makes a new plan only where it can differ from the last: the files or the ledger have changed, or a try has become due.
 */
function createPlanner(deps: KeeperDeps): () => Plan {
  const { known } = deps
  let last: { from: readonly unknown[]; plan: Plan } | undefined
  return () => {
    const from = () => fileNames.flatMap((name): unknown[] => [known.documents[name], known.ledgerOf(name)])
    const isSame = last !== undefined && from().every((each, index) => each === last?.from[index])
    const isWaiting =
      last?.plan.write.length === 0 && last.plan.restore.length === 0 && !last.plan.restoreInConfig
    const isEarly = last?.plan.nextAt === undefined || known.now() < last.plan.nextAt
    if (last !== undefined && isSame && isWaiting && isEarly) return last.plan
    const plan = takePlan(deps)
    last = { from: from(), plan }
    return plan
  }
}

/** The plan for now. Takes out of the ledger what has lost the keys it was made from. */
function takePlan({ known, log }: KeeperDeps): Plan {
  const plan = planWrites(known.documents, known.ledger, known.now())
  known.setLedger(plan.ledger)
  if (plan.letGo.length > 0) log.info({ sections: plan.letGo }, 'not restored: the access key is another one')
  const edits = planEdits(known.documents.config, known.ledgerOf('config'), known.now())
  known.setLedger(edits.ledger, 'config')
  return { ...plan, restoreInConfig: edits.restore.length > 0 }
}

/**
 * Does all that is due. Each part decides for itself what that is, since the files may have changed while it waited.
 * Answers the sections that could not be written before, and now were.
 */
async function keep(deps: KeeperDeps, tries: Tries): Promise<string[]> {
  const { known } = deps
  await known.untilBelieved()
  const { restore, restoreInConfig, write } = takePlan(deps)
  if (restore.length > 0) await restoreNow(deps, tries, 'credentials')
  if (restoreInConfig) await restoreNow(deps, tries, 'config')
  known.setLedger(noteTried(known.ledger, write, known.now()))
  const sections: string[] = []
  for (const session of write) sections.push(...(await writeUnwritten(deps, session)))
  await bringInStep(deps, tries)
  return sections
}

async function restoreNow({ known, log }: KeeperDeps, tries: Tries, name: FileName): Promise<void> {
  try {
    const sections = await restoreUndone(known, name)
    if (sections.length > 0) log.info({ file: name, sections }, 'restored what another program had undone')
    delete tries.restoreAgainAt
  } catch (error) {
    log.warn({ error: errorBody(error) }, 'what another program had undone could not be restored')
    tries.restoreAgainAt = new Date(known.now().getTime() + restorePauseMs)
  }
}

/** The sections that are in the file now. */
async function writeUnwritten({ known, log }: KeeperDeps, { writes }: UnwrittenSession): Promise<string[]> {
  const names = writes.map(({ sessionProfile }) => sessionProfile)
  try {
    const { skipped } = await writeSessions(known, writes)
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

/** True at most once for each reading of the files. */
function isOutOfStep(known: KnownFiles, tries: Tries): boolean {
  if (tries.inStepFor === known.profiles) return false
  tries.inStepFor = known.profiles
  return corrections(known, tries).length > 0
}

async function bringInStep({ known, log }: KeeperDeps, tries: Tries): Promise<void> {
  const writes = corrections(known, tries)
  if (writes.length === 0) return
  for (const write of writes)
    tries.corrections.set(correctionId(write), (tries.corrections.get(correctionId(write)) ?? 0) + 1)
  try {
    await writeSessions(known, writes)
  } catch (error) {
    log.warn({ error: errorBody(error) }, 'the settings of a session could not be kept in step')
  }
}

function corrections(known: KnownFiles, tries: Tries): SessionWrite[] {
  return outOfStep(known.profiles, known.documents, known.sections).filter(
    (write) => (tries.corrections.get(correctionId(write)) ?? 0) < mostCorrections,
  )
}

function correctionId({ replaces, values }: SessionWrite): string {
  return [replaces, ...inStepKeys.map((key) => values.get(key))].join(' ')
}

function isFileError(error: unknown): boolean {
  return error instanceof AppError && isFileCode(error.code)
}
