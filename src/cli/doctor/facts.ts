// Gathers what a check-up is made of. Nothing here changes anything, and each part works while the others are broken.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DoctorFacts } from '../../core/doctor/diagnosis.ts'
import { type ErrorBody, errorBody } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { buildProfiles } from '../../core/profiles/profiles.ts'
import { missingRegion } from '../../core/profiles/region-problem.ts'
import { profileSections } from '../../core/profiles/sections.ts'
import { isActive } from '../../core/profiles/session-state.ts'
import { mountedElsewhere } from '../../edges/mounts.ts'
import type { Environment } from '../../edges/paths.ts'
import { type Context, loadContext } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'
import { lookAtAws } from './aws.ts'
import { lookAtDaemon, lookAtService } from './daemon.ts'
import { lookAtFiles } from './files.ts'
import { lookAtReminders } from './reminders.ts'

export type Gathered = {
  facts: DoctorFacts
  context: Context
  documents: ReturnType<typeof lookAtFiles>['documents']
}

export async function gatherFacts(
  inherited: Environment,
  output: Output,
  isOnline: boolean,
): Promise<Gathered> {
  // A copy: to reach AWS, its variables are taken out of this process's own.
  const environment = { ...inherited }
  const context = await loadContext(environment)
  const { documents, ...files } = lookAtFiles(context)
  const profiles = buildProfiles(documents, context.settings, context.files)
  const credentials = files.files[0]?.realPath ?? context.files.credentials
  const daemon = await lookAtDaemon(context, output, credentials)
  const own = daemon.process?.environment ?? environment
  const [service, reminders, aws] = await Promise.all([
    lookAtService(context, daemon.facts),
    lookAtReminders(context, own),
    isOnline ? lookAtAws(context, { profiles, documents }, own) : undefined,
  ])
  const hasProfiles = profiles.some(({ kind }) => kind !== 'other')
  const facts: DoctorFacts = {
    files: { ...files, hasProfiles },
    settings: settingsFacts(context),
    profiles: {
      profiles,
      statuses: daemon.facts.status?.profiles ?? [],
      files: context.files,
      withoutRegion: hasRegion(environment) ? [] : withoutRegion(profiles, documents),
    },
    daemon: daemon.facts,
    service,
    reminders,
    aws,
    containers: { mounted: mountedElsewhere(credentials), directory: dirname(credentials) },
  }
  return { facts, context, documents }
}

function hasRegion({ AWS_REGION, AWS_DEFAULT_REGION }: Environment): boolean {
  return Boolean(AWS_REGION || AWS_DEFAULT_REGION)
}

function withoutRegion(profiles: readonly Profile[], documents: Gathered['documents']): ErrorBody[] {
  const sections = profileSections(documents)
  return profiles.filter(isActive).flatMap((profile) => missingRegion(sections, profile) ?? [])
}

/** AWS tools take them before anything else. */
const credentialNames = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
]

function settingsFacts({ files, settings, problem, environment }: Context): DoctorFacts['settings'] {
  const awsProfile = environment.AWS_PROFILE || environment.AWS_DEFAULT_PROFILE
  return {
    path: files.settings,
    exists: existsSync(files.settings),
    ...(problem === undefined ? {} : { problem: errorBody(problem) }),
    warnings: settings.warnings,
    credentialVariables: credentialNames.filter((name) => environment[name]),
    ...(awsProfile ? { awsProfile } : {}),
  }
}
