// `mfad` alone: the status; and, at a terminal, the codes that are due, device by device.
import { commandProblems } from '../../core/error-codes.ts'
import type { ProfileStatus, Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { canAsk } from '../terminal/prompt.ts'
import { showStatus } from './status-in-full.ts'

export async function runBare(invocation: Invocation): Promise<number> {
  const status = await showStatus(invocation)
  const isDue = status.daemon !== null && nextDue(status, new Set()) !== undefined
  if (isDue && canAsk() && invocation.output.size() !== undefined) await askForCodes(invocation)
  return 0
}

/** An empty line skips a device, and with it every profile on that device. */
async function askForCodes({ environment, output }: Invocation): Promise<void> {
  const [{ loadContext }, { connectDaemon }, { logIn }, { adviceFor, printLogin }] = await Promise.all([
    import('../connection/context.ts'),
    import('../connection/connection.ts'),
    import('./login-in-full.ts'),
    import('../text/login-text.ts'),
  ])
  output.note('')
  const asked = new Set<string>()
  for (;;) {
    // One code renews every profile on its device, so after each one the daemon is asked what is still due.
    const daemon = await connectDaemon(await loadContext(environment), output)
    const profile = nextDue(daemon.status, asked)
    if (profile === undefined) return
    asked.add(profile)
    const answer = await logIn(daemon, { profiles: [profile] }, output, 'an empty line: not now')
    if (answer !== undefined) printLogin(adviceFor(environment, answer), output, new Date())
    else for (const other of onSameDevice(daemon.status, profile)) asked.add(other)
  }
}

function onSameDevice({ profiles }: Status, name: string): string[] {
  const serialNumber = profiles.find(({ profile }) => profile === name)?.serialNumber
  if (serialNumber === undefined) return []
  return profiles.filter((other) => other.serialNumber === serialNumber).map(({ profile }) => profile)
}

/** The active profile whose code is most urgent. A snoozed one is left out: its user has put it off. */
function nextDue({ profiles }: Status, asked: ReadonlySet<string>): string | undefined {
  const left = ({ secondsLeft }: ProfileStatus) => secondsLeft ?? Number.NEGATIVE_INFINITY
  const due = profiles.filter(
    ({ profile, state, renews, lastError, reason, snoozedUntil }) =>
      (state === 'expiring' || state === 'expired') &&
      (renews === 'by-code' || commandProblems.has(lastError?.code ?? '')) &&
      reason === undefined &&
      snoozedUntil === undefined &&
      !asked.has(profile),
  )
  return due.sort((a, b) => left(a) - left(b))[0]?.profile
}
