// What the desktop's notification service can do, asked over D-Bus with whichever program is installed. It is asked
// again for each reminder, which takes some milliseconds: another service may run by then.
import { runProgram } from '../programs/child-program.ts'
import { isInstalled } from '../programs/installed-program.ts'

export type Capabilities =
  /** Such as `actions` and `body-markup`. */
  | ReadonlySet<string>
  /** No program to ask with is installed. */
  | 'unknown'
  /** No answer came. */
  | 'unreachable'

const service = 'org.freedesktop.Notifications'
const object = '/org/freedesktop/Notifications'
const questions: readonly (readonly [program: string, ...args: string[]])[] = [
  ['busctl', '--user', 'call', service, object, service, 'GetCapabilities'],
  [
    'gdbus',
    'call',
    '--session',
    '--dest',
    service,
    '--object-path',
    object,
    '--method',
    `${service}.GetCapabilities`,
  ],
  ['dbus-send', '--session', '--print-reply', `--dest=${service}`, object, `${service}.GetCapabilities`],
]
/** Not shorter, since asking may start the service. */
const answerLimitMs = 3000

/** Never rejects. */
export async function readCapabilities(
  environment: Record<string, string>,
  withdraw?: AbortSignal,
): Promise<Capabilities> {
  const installed = questions.filter(([program]) => isInstalled(program, environment.PATH))
  for (const [program, ...args] of installed) {
    const { exitCode, stdout } = await runProgram(program, args, {
      environment,
      limitMs: answerLimitMs,
      stop: withdraw,
    })
    if (exitCode === 0) return new Set(parseCapabilities(stdout))
  }
  return installed.length === 0 ? 'unknown' : 'unreachable'
}

/** Each of those programs prints the names in quotes. */
export function parseCapabilities(text: string): string[] {
  return [...text.matchAll(/(["'])([a-z0-9-]+)\1/g)].map(([, , word = '']) => word)
}
