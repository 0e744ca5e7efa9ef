// The whole check-up: facts in, findings out.
import type { Warning } from '../wire.ts'
import { type AwsFacts, checkAws } from './aws.ts'
import { checkContainers, type MountedFile } from './containers.ts'
import { checkDaemon, type DaemonFacts } from './daemon.ts'
import { checkFiles, type FilesFacts } from './files.ts'
import type { Check, Diagnosis } from './finding.ts'
import { checkProfiles, type ProfilesFacts } from './profiles.ts'
import { checkReminders, type RemindersFacts } from './reminders.ts'
import { checkService, type ServiceFacts } from './service.ts'
import { checkSettings, type SettingsFacts } from './settings.ts'

export type DoctorFacts = {
  files: FilesFacts
  settings: SettingsFacts
  profiles: ProfilesFacts
  daemon: DaemonFacts
  service: ServiceFacts
  reminders: RemindersFacts
  aws: AwsFacts
  containers: { mounted: readonly MountedFile[]; directory: string }
}

export function diagnose(facts: DoctorFacts): Diagnosis {
  const files = facts.daemon.foreignHome === undefined ? facts.files : ofAnotherUser(facts.files)
  const first: Check[] = [checkFiles(files), checkSettings(facts.settings), checkProfiles(facts.profiles)]
  const known = first.flatMap(({ findings }) => findings)
  // A daemon that runs says much of what was just seen with other eyes.
  const isKnown = ({ code, message, file, line }: Warning) =>
    known.some(
      (each) =>
        each.code === code &&
        (each.line === undefined ? each.fact === message : each.file === file && each.line === line),
    )
  return {
    checks: [
      ...first,
      checkDaemon(facts.daemon, isKnown),
      checkService(facts.service),
      checkReminders(facts.reminders),
      checkAws(facts.aws),
      checkContainers(facts.containers.mounted, facts.containers.directory),
    ],
  }
}

/** Whose the files are is then no fault of theirs: they must not be made root's. */
function ofAnotherUser({ files, ...others }: FilesFacts): FilesFacts {
  return { ...others, files: files.map(({ obstacle: _, ...file }) => file), distrust: [] }
}
