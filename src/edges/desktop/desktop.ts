// The desktop, as the agent knows it: it shows reminders and hands on what they were answered. How a reminder is shown
// is decided anew for each one: the desktop, its programs and the settings may have changed since the last.

import { createLinuxDesktop } from './linux.ts'
import { createMacDesktop } from './mac.ts'
import { createNotifyCommand } from './notify-command.ts'
import { type Desktop, type DesktopDeps, unanswerable } from './reminder.ts'
import { createShownReminders } from './shown-reminders.ts'

/**
 * Closing it withdraws every reminder and waits until the programs that show them have ended: hardly more than a
 * second.
 */
export function createDesktop(deps: DesktopDeps): Desktop & { close(): Promise<void> } {
  const closing = new AbortController()
  const backend = deps.platform === 'darwin' ? createMacDesktop(deps) : createLinuxDesktop(deps)
  const reminders = createShownReminders(backend, closing.signal)
  const command = createNotifyCommand(deps, closing.signal)
  return {
    async remind(request, respond, withdraw) {
      const { notify, notifyCommand } = deps.settings()
      const show = () => reminders.show(request, respond, withdraw)
      if (notifyCommand === undefined) return notify === 'none' ? unanswerable('none') : show()
      return notify === 'none'
        ? command.alone(notifyCommand, request)
        : command.beside(show, notifyCommand, request)
    },
    warnings: command.warnings,
    async close() {
      closing.abort()
      await reminders.ended()
    },
  }
}
