// Looks at what a reminder would be shown with.
import type { RemindersFacts } from '../../core/doctor/reminders.ts'
import { readCapabilities } from '../../edges/desktop/capabilities.ts'
import { findDialog } from '../../edges/desktop/dialog.ts'
import { desktopEnvironment } from '../../edges/desktop/environment.ts'
import type { Environment } from '../../edges/paths.ts'
import { isInstalled } from '../../edges/programs/installed-program.ts'
import type { Context } from '../connection/context.ts'

/** `own`: the environment of the daemon, where it can be seen, else that of this command. */
export async function lookAtReminders({ settings }: Context, own: Environment): Promise<RemindersFacts> {
  const isMac = process.platform === 'darwin'
  const environment = await desktopEnvironment(own)
  const { program, missing } = findDialog(settings.prompt, environment)
  const hasDisplay = Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY)
  // Without a display nothing shows them, and the bus of a bare login can take seconds to say so.
  const capabilities = isMac ? 'unknown' : hasDisplay ? await readCapabilities(environment) : 'unreachable'
  return {
    platform: process.platform,
    settings,
    hasDisplay,
    hasNotifySend: isInstalled('notify-send', environment.PATH),
    capabilities,
    ...(isMac ? macNotifier(environment) : {}),
    ...(program === undefined ? {} : { dialog: program }),
    ...(missing === undefined ? {} : { noDialog: missing }),
  }
}

function macNotifier({ PATH }: Environment): { macNotifier?: string } {
  const found = ['alerter', 'terminal-notifier'].find((name) => isInstalled(name, PATH))
  return found === undefined ? {} : { macNotifier: found }
}
