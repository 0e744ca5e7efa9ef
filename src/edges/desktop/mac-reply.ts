// macOS: programs on the PATH that show a notification with a field to type into, the best first. node-notifier's own one is an
// Intel program: on Apple silicon it needs Rosetta, which new versions of macOS warn about and then remove, so it is not
// started there. None of this has run on a Mac; the arguments and answers are tested as text.
import { printable } from '../../core/text/printable.ts'
import { steadyMs } from '../clock.ts'
import { runProgram, untilShown } from '../programs/child-program.ts'
import { isInstalled } from '../programs/installed-program.ts'
import {
  alerterArguments,
  canReply,
  type MacAnswer,
  readAlerter,
  readTerminalNotifier,
  removeArguments,
  terminalNotifierArguments,
} from './mac-words.ts'
import type { ReminderRequest } from './reminder.ts'

type Notification = ReminderRequest['notification']
type Environment = Record<string, string>

export type MacReply = { way: string; answer: Promise<MacAnswer> }

const askLimitMs = 3000

/** Undefined where no such program is installed, or none could show it. */
export async function showReply(
  notification: Notification,
  environment: Environment,
  withdraw: AbortSignal,
): Promise<MacReply | undefined> {
  return (
    (await tryAlerter(notification, environment, withdraw)) ??
    (await tryTerminalNotifier(notification, environment, withdraw))
  )
}

/** Closes its notification when it gets a SIGTERM. */
async function tryAlerter(
  notification: Notification,
  environment: Environment,
  withdraw: AbortSignal,
): Promise<MacReply | undefined> {
  if (!isInstalled('alerter', environment.PATH)) return undefined
  return shown(
    'alerter',
    run('alerter', alerterArguments(notification), environment, withdraw).then(readAlerter),
  )
}

/** Its notification stays when it is ended, and is removed by its group. */
async function tryTerminalNotifier(
  notification: Notification,
  environment: Environment,
  withdraw: AbortSignal,
): Promise<MacReply | undefined> {
  const program = 'terminal-notifier'
  if (!isInstalled(program, environment.PATH)) return undefined
  const { stdout } = await runProgram(program, ['-version'], {
    environment,
    limitMs: askLimitMs,
    stop: withdraw,
  })
  if (!canReply(stdout)) return undefined
  const group = `mfad-${process.pid}-${steadyMs()}`
  const answer = run(program, terminalNotifierArguments(notification, group), environment, withdraw)
    .finally(() => {
      if (withdraw.aborted)
        void runProgram(program, removeArguments(group), { environment, limitMs: askLimitMs })
    })
    .then(readTerminalNotifier)
  return shown(program, answer)
}

/** What it printed. Rejects where it failed. */
async function run(
  program: string,
  args: readonly string[],
  environment: Environment,
  withdraw: AbortSignal,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(program, args, { environment, stop: withdraw })
  if (exitCode !== 0 && !withdraw.aborted) throw new Error(`${program}: ${printable(stderr, 200)}`)
  return stdout
}

async function shown(way: string, answer: Promise<MacAnswer>): Promise<MacReply | undefined> {
  try {
    await untilShown(answer)
    return { way, answer: answer.catch((): MacAnswer => ({ kind: 'dismissed' })) }
  } catch {
    return undefined
  }
}
