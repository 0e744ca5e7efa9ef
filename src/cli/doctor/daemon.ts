// Looks at the daemon and at its service.
import type { DaemonFacts } from '../../core/doctor/daemon.ts'
import type { ServiceFacts } from '../../core/doctor/service.ts'
import { AppError, errorBody } from '../../core/errors.ts'
import { openDaemonNotes } from '../../edges/daemon-notes.ts'
import { type DaemonProcess, readDaemonProcess } from '../../edges/daemon-process.ts'
import { refuseForeignFiles } from '../../edges/foreign-home.ts'
import { notesDirectories } from '../../edges/paths.ts'
import { readServiceState } from '../../edges/service/state.ts'
import { userId } from '../../edges/user.ts'
import { connectDaemon, daemonStatus } from '../connection/connection.ts'
import type { Context } from '../connection/context.ts'
import {
  hasManager,
  installedService,
  missingProgram,
  programMissing,
  restartHint,
  updateHint,
} from '../connection/start-command.ts'
import type { Output } from '../terminal/output.ts'
import { readLastError } from './last-error.ts'

export type SeenDaemon = { facts: DaemonFacts; process?: DaemonProcess }

/** `credentials`: where the credentials file really is. */
export async function lookAtDaemon(
  context: Context,
  output: Output,
  credentials: string,
): Promise<SeenDaemon> {
  // What it says of versions is one of our own findings.
  const silent: Output = { ...output, note: () => undefined, printError: () => undefined }
  const found = await connect(context, silent)
  const pid = found.status?.daemon?.pid
  const process = pid === undefined ? undefined : readDaemonProcess(pid)
  const others = openDaemonNotes(notesDirectories(context.environment, userId()))
    .others(credentials)
    .filter((note) => note.pid !== pid)
  return {
    facts: {
      version: MFAD_VERSION,
      socket: context.files.socket,
      ...found,
      ...(process === undefined ? {} : { argv: process.argv }),
      others,
      ...foreignHome(context),
      updateHint: updateHint(context),
      restartHint: restartHint(context),
    },
    ...(process === undefined ? {} : { process }),
  }
}

async function connect(context: Context, output: Output): Promise<Pick<DaemonFacts, 'status' | 'error'>> {
  try {
    return { status: (await connectDaemon(context, output)).status }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // A daemon for other files, or of another version, answers all the same.
    const status = await daemonStatus(context)
    // Broken settings have a finding of their own.
    if (error === context.problem && status !== undefined) return { status }
    const own = error === context.problem ? notRunning : errorBody(error)
    return { error: own, ...(status === undefined ? {} : { status }) }
  }
}

function foreignHome({ environment, files }: Context): Pick<DaemonFacts, 'foreignHome'> {
  try {
    refuseForeignFiles(environment, files, userId())
    return {}
  } catch (error) {
    if (error instanceof AppError) return { foreignHome: errorBody(error) }
    throw error
  }
}

const notRunning = {
  code: 'daemon.not-running' as const,
  message: 'the daemon is not running',
  hint: 'mend the settings first',
}

export async function lookAtService(context: Context, daemon: DaemonFacts): Promise<ServiceFacts> {
  const { environment } = context
  const service = installedService(context)
  const manager = service?.manager ?? (process.platform === 'darwin' ? 'launchd' : 'systemd')
  const daemonPid = daemon.status?.daemon?.pid
  const missing = missingProgram(context)
  // That no daemon runs may have been said to be because of it.
  const isTold = missing !== undefined && daemon.error?.message.includes(missing) === true
  const [answer, lastError] = await Promise.all([
    service === undefined ? {} : readServiceState(manager, userId(), environment),
    readLastError(context),
  ])
  return {
    manager,
    hasManager: hasManager(context),
    isInstalled: service !== undefined,
    ...(missing === undefined || isTold ? {} : { missing: errorBody(programMissing(missing)) }),
    ...answer,
    ...(daemonPid === undefined ? {} : { daemonPid }),
    ...(lastError === undefined ? {} : { lastError }),
  }
}
