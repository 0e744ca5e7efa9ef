// The daemon's composition root: real clock, files, network and desktop, and the order of starting and stopping.

import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { AppError, errorBody } from '../core/errors.ts'
import { type AwsVariables, awsVariableNames } from '../core/login/sts-target.ts'
import { backgroundVariable, startAgainCommand } from '../core/service/background.ts'
import { daemonEnvironment } from '../core/service/environment.ts'
import { formatInstant } from '../core/time/instant.ts'
import type { Status } from '../core/wire.ts'
import { isolateSdk } from '../edges/aws/sdk-environment.ts'
import { createClock, localUtcOffset, steadyMs } from '../edges/clock.ts'
import { createDesktop } from '../edges/desktop/desktop.ts'
import type { DesktopSettings } from '../edges/desktop/reminder.ts'
import { settingsStamp } from '../edges/files/disk/stamp.ts'
import type { Trust } from '../edges/files/disk/trust.ts'
import { openFileStore } from '../edges/files/own-store.ts'
import { refuseForeignFiles } from '../edges/foreign-home.ts'
import { inheritedSocket } from '../edges/inherited-socket.ts'
import { createKeyPlaces } from '../edges/keys/keys.ts'
import { detachedLog, launchdLog } from '../edges/log-file.ts'
import { createLogger, describeBug, type RunningLog } from '../edges/logger.ts'
import { createMemory, type Memory } from '../edges/memory.ts'
import { openOwnProgram } from '../edges/own-program.ts'
import { openTrust } from '../edges/own-trust.ts'
import {
  type Environment,
  isDefaultSocket,
  resolveFiles,
  settingsPath,
  stateDirectory,
  statusPath,
} from '../edges/paths.ts'
import { runHelperCommand } from '../edges/programs/helper-command.ts'
import { loadSettings } from '../edges/settings-file.ts'
import { isSingleFile } from '../edges/single-file.ts'
import { openStatusFile } from '../edges/status-file.ts'
import { userId } from '../edges/user.ts'
import { startWatcher } from '../edges/watcher.ts'
import { type Agent, createAgent } from './agent.ts'
import { openFileClaim } from './file-claim.ts'
import { createKnownFiles, type KnownFiles } from './files/known-files.ts'
import { ownWarnings } from './own-warnings.ts'
import { hardenProcess } from './process-hardening.ts'
import { firstSignal, reasonToStop } from './reason-to-stop.ts'
import { answerWithFailure } from './socket/failed-start.ts'
import { createHttpServer } from './socket/http-server.ts'
import { createRoutes, wholeStatus } from './socket/routes.ts'
import { bindSocket } from './socket/socket.ts'
import { createStatusPolls, type StatusPolls } from './socket/status-polls.ts'

/** A call that is under way when the daemon is told to stop has this long to end. */
const abortAfterMs = 1500

/**
 * Runs the daemon until a signal ends it, or until it is to be started anew; answers the exit code. Throws AppError where it
 * cannot start.
 */
export async function runDaemon(inherited: Environment): Promise<number> {
  const descriptor = inheritedSocket(inherited, process.pid)
  const how = { descriptor, isUp: false }
  try {
    return await run(daemonEnvironment(inherited), how)
  } catch (error) {
    if (descriptor !== undefined && !how.isUp && error instanceof AppError)
      await answerWithFailure(descriptor, error, MFAD_VERSION)
    throw error
  }
}

type Start = { descriptor: number | undefined; isUp: boolean }

async function run(environment: Environment, start: Start): Promise<number> {
  const log = createLogger('info', [detachedLog(environment), launchdLog(environment)])
  hardenProcess(log)
  const { checkTrusted } = openTrust()
  const known = createKnownFiles(knownFilesDeps(environment, checkTrusted))
  isolateSdk(process.env)
  const daemon = { pid: process.pid, startedAt: formatInstant(new Date()), version: MFAD_VERSION }
  const background = environment[backgroundVariable]
  const startAgain = startAgainCommand(background, process.pid)
  const stopping = new AbortController()
  const clock = createClock()
  const desktop = createDesktop({
    platform: process.platform,
    environment,
    settings: () => desktopSettings(known, checkTrusted, log),
    log,
  })
  const memory = createMemory()
  const statusFile = openStatusFile(statusPath(known.files.socket))
  const agent = createAgent({
    known,
    statusFile,
    daemon,
    log,
    variables: awsVariables(environment),
    stopping: stopping.signal,
    now: clock.now,
    steadyMs,
    wakeAt: clock.wakeAt,
    utcOffset: localUtcOffset,
    random: Math.random,
    // A person waits; the command line waits for the daemon a little longer.
    mostRolesMs: 20_000,
    desktop,
    checkOwnFile: (path) => checkTrusted([path]),
    runCommand: (command, timeoutMs, stop, variables = {}) =>
      runHelperCommand(command, { environment, variables, timeoutMs, stopping: stop }),
    keyPlaces: createKeyPlaces(environment, process.argv[1] ?? ''),
    restart: background === 'service' ? 'mfad restart' : startAgain,
    // A call to AWS makes more garbage than all else that the daemon does in hours.
    loadSts: async () => {
      memory.collectSoon()
      return (await import('../edges/aws/sts.ts')).createSts()
    },
    loadIam: async () => {
      memory.collectSoon()
      return (await import('../edges/aws/iam.ts')).createIam()
    },
  })
  const { removed, completed } = await known.recover()
  for (const name of removed) log.info({ name }, 'removed what an interrupted write had left')
  for (const file of completed) log.info({}, `completed an interrupted write of the ${file} file`)
  const claim = openFileClaim(known, environment)
  const warnings = () => ownWarnings({ known, environment, others: claim.others, startAgain })
  const read = () => wholeStatus(agent, warnings)
  const polls = startPolls(agent, read, clock.now)
  const text = { read, known, now: clock.now, utcOffset: localUtcOffset }
  const server = createHttpServer(createRoutes(agent, polls, text), MFAD_VERSION, log)
  // From here on a signal must not end the process before the socket is removed.
  const signalled = firstSignal(background !== undefined)
  const socket = await bindSocket(server, placeOf(environment, known.files.socket), start.descriptor)
  start.isUp = true
  log.info({ ...daemon, files: known.files }, 'started')
  for (const { code, message } of warnings()) log.warn({ code, problem: message }, 'noticed at the start')
  const following = startFollowing({ known, agent, log, clock, memory })
  if (background !== undefined) process.on('SIGHUP', following.look)
  const program = openOwnProgram(process.argv0, isSingleFile() ? undefined : process.argv[1])

  try {
    const { why, exitCode } = await reasonToStop({
      signalled,
      socketPath: known.files.socket,
      isSocketOurs: socket.isOurs,
      leavesTo: claim.leavesTo,
      isReplaced: () => background === 'service' && program.isReplaced(),
      isIdle: agent.isIdle,
    })
    log.info({ reason: why }, 'stopping')
    return exitCode
  } finally {
    claim.remove()
    // systemd may have removed the socket before.
    statusFile.close(socket.isOurs() || !existsSync(known.files.socket))
    socket.remove()
    await shutDown({ server, stopping, ends: [polls, following, agent, desktop] })
    log.info({}, 'stopped')
  }
}

function placeOf(environment: Environment, path: string) {
  return { path, pid: process.pid, uid: userId(), isDefault: isDefaultSocket(environment, path) }
}

type Ending = {
  server: Server
  stopping: AbortController
  ends: readonly { close(): void | Promise<void> }[]
}

/** Each end in turn, while the calls to AWS that are under way have a moment to end. */
async function shutDown({ server, stopping, ends }: Ending): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  const abortTimer = setTimeout(() => stopping.abort(), abortAfterMs)
  for (const end of ends) await end.close()
  // The answers to what has just ended are still on their way.
  const lastCall = setTimeout(() => server.closeAllConnections(), 500)
  await closed
  clearTimeout(lastCall)
  clearTimeout(abortTimer)
}

function startPolls(agent: Agent, read: () => Status, now: () => Date): StatusPolls {
  const polls = createStatusPolls({ read, changesAt: agent.statusChangesAt, now })
  agent.follow(polls.changed)
  return polls
}

type FollowDeps = {
  known: KnownFiles
  agent: Agent
  log: RunningLog
  clock: ReturnType<typeof createClock>
  memory: Memory
}

/** Has the agent look after every change of a file and at every tick. */
function startFollowing({ known, agent, log, clock, memory }: FollowDeps): {
  look(): void
  close(): Promise<void>
} {
  /** The boundary of every tick and every event: what goes wrong in one must not end the daemon. */
  const look = () => {
    try {
      agent.look()
      log.setLevel(known.settings.logLevel)
      watcher.rearm()
    } catch (error) {
      log.error({ problem: describeBug(error) }, 'a look at the files failed')
    }
  }
  const watcher = startWatcher(
    () => [known.files.credentials, known.files.config, known.files.settings],
    look,
    log,
  )
  clock.start(() => {
    look()
    known.forgetFormer()
    const { credentials, config } = known.documents
    memory.giveBack(credentials.text.length + config.text.length)
  })
  look()
  return {
    look,
    async close() {
      clock.close()
      await watcher.close()
    },
  }
}

/** The command in a settings file that somebody else could have written is not run. */
function desktopSettings(
  { settings, files }: KnownFiles,
  checkTrusted: Trust['checkTrusted'],
  log: RunningLog,
): DesktopSettings {
  const { notifyCommand } = settings
  try {
    if (notifyCommand !== undefined) checkTrusted([files.settings])
    return { ...settings, notifyCommand }
  } catch (error) {
    log.warn(
      { error: errorBody(error) },
      'the settings file is not to be trusted: its notify_command is not run',
    )
    return { ...settings, notifyCommand: undefined }
  }
}

function knownFilesDeps(
  environment: Environment,
  checkTrusted: Trust['checkTrusted'],
): Parameters<typeof createKnownFiles>[0] {
  const path = settingsPath(environment)
  return {
    now: () => new Date(),
    loadSettings() {
      const settings = loadSettings(path)
      refuseForeignFiles(environment, resolveFiles(environment, settings), userId())
      return settings
    },
    settingsStamp: () => settingsStamp(path),
    resolveFiles: (settings) => resolveFiles(environment, settings),
    openStore: (file) => openFileStore(file, stateDirectory(environment)),
    checkTrusted,
  }
}

/** The only variables, beside the file paths, that reach the calls to AWS. */
function awsVariables(environment: Environment): AwsVariables {
  return Object.fromEntries(
    awsVariableNames.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  )
}
