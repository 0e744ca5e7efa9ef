// The daemon: does one answer, is it this version, was it started as it should be, and is it the only one?
import type { ErrorBody } from '../errors.ts'
import { nodeFlags } from '../service/daemon-argv.ts'
import { quoted } from '../text/quoted.ts'
import type { Status, Warning } from '../wire.ts'
import { type Check, type Finding, finding } from './finding.ts'

export type DaemonFacts = {
  /** Of this command line. */
  version: string
  socket: string
  /** Of the daemon that answers. */
  status?: Status
  /** Why none answers, or why it is not the right one. */
  error?: ErrorBody
  /** Its command line, where the system tells it. */
  argv?: readonly string[]
  /** Why root may not run mfad here. */
  foreignHome?: ErrorBody
  /** Daemons that write the same credentials file, and do not answer at this socket. */
  others: readonly { pid: number; socket: string }[]
  /** How to bring one of another version to this one, and how to start one anew. */
  updateHint: string
  restartHint: string
}

/** `known`: the codes, files and lines that other checks tell of. */
export function checkDaemon(facts: DaemonFacts, isKnown: (warning: Warning) => boolean): Check {
  const { status, error, others, foreignHome } = facts
  // Where another daemon has the file, one more could not be started, and what is said of that one is how to reach it.
  const isElsewhere = error?.code === 'daemon.not-running' && others.length > 0
  return {
    area: 'daemon',
    looked: describe(facts),
    findings: [
      ...(foreignHome === undefined ? [] : [finding('problem', foreignHome)]),
      ...(error === undefined || isElsewhere ? [] : [finding('problem', error)]),
      ...versionFindings(facts),
      ...flagFindings(facts),
      ...others.map((other) => second(other, status === undefined)),
      ...(status?.warnings ?? [])
        .filter((warning) => !isKnown(warning) && warning.code !== 'daemon.second')
        .map(fromDaemon),
    ],
  }
}

/** Of another version, a daemon may name a place in another form. */
function fromDaemon({ file, line, ...warning }: Warning): Finding {
  return finding('warning', {
    ...warning,
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof line === 'number' ? { line } : {}),
  })
}

function versionFindings({ status, version, updateHint }: DaemonFacts): Finding[] {
  if (status?.daemon == null || status.daemon.version === version) return []
  return [
    finding('warning', {
      code: 'daemon.other-version',
      message: `the daemon has version ${status.daemon.version}, and this is ${version}`,
      hint: updateHint,
    }),
  ]
}

function flagFindings({ argv, restartHint }: DaemonFacts): Finding[] {
  // A single file is started by two words: it has its flags in it.
  if (argv === undefined || argv.length === 2) return []
  const missing = nodeFlags.filter((flag) => !argv.includes(flag))
  if (missing.length === 0) return []
  return [
    finding('warning', {
      code: 'daemon.not-hardened',
      message: `the daemon runs without ${missing.join(' ')}`,
      hint: restartHint,
    }),
  ]
}

/** `isOnly`: none answers at the socket that this command line means. */
function second({ pid, socket }: { pid: number; socket: string }, isOnly: boolean): Finding {
  return finding('problem', {
    code: 'daemon.second',
    message: `another daemon (pid ${pid}, socket ${socket}) writes the same credentials file`,
    hint: isOnly
      ? `to use it here: export MFAD_SOCKET=${quoted(socket)}; or end it: kill ${pid}`
      : `one is enough; end that one: kill ${pid}`,
  })
}

function describe({ status, socket }: DaemonFacts): string {
  if (status?.daemon == null) return `none answers at ${socket}`
  const { pid, version, startedAt } = status.daemon
  return `pid ${pid}, version ${version}, since ${startedAt}, at ${status.files.socket}`
}
