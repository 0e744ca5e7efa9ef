// The environment of every program that mfad starts.

import type { Environment } from '../paths.ts'

/** Our own environment, without what is about AWS, about how we were started, or for Node. */
export function childEnvironment(own: Environment): Record<string, string> {
  const foreign = /^(?:AWS_|MFAD_|LISTEN_|NODE_|WATCHDOG_|NOTIFY_SOCKET$|JOURNAL_STREAM$|INVOCATION_ID$)/
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && !foreign.test(name)) kept[name] = value
  }
  return withUtf8(kept)
}

/** A service often has no locale; zenity then refuses every text that is not ASCII. */
function withUtf8(environment: Record<string, string>): Record<string, string> {
  const { LC_ALL, ...others } = environment
  const locale = LC_ALL || others.LC_CTYPE || others.LANG || ''
  return /utf-?8/i.test(locale) ? environment : { ...others, LC_CTYPE: 'C.UTF-8' }
}
