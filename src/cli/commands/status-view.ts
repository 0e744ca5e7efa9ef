// Which profiles a status is about: those that are named on the command line, else all but those that the settings hide.

import type { StatusView } from '../../core/status-text/status-groups.ts'
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'

/** What is left out: nothing that was named. */
export async function viewOf(
  environment: Invocation['environment'],
  values: Invocation['values'],
  positionals: readonly string[],
): Promise<StatusView> {
  const { settings } = await loadContext(environment)
  return { hide: settings.hide, isAll: values.all === true || positionals.length > 0 }
}
