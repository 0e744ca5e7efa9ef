// Gathers what a check-up is made of. Nothing here changes anything, and each part works while the others are broken.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DoctorFacts } from '../../core/doctor/diagnosis.ts'
import { errorBody } from '../../core/errors.ts'
import { buildProfiles } from '../../core/profiles/profiles.ts'
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
    profiles: { profiles, statuses: daemon.facts.status?.profiles ?? [], files: context.files },
    daemon: daemon.facts,
    service,
    reminders,
    aws,
    containers: { mounted: mountedElsewhere(credentials), directory: dirname(credentials) },
  }
  return { facts, context, documents }
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
