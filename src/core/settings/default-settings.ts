// What can be set, and what applies where nothing is.
import type { QuietHours } from '../time/quiet-hours.ts'
import type { Warning } from '../wire.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What asks for a code on the desktop. */
export type PromptWay = 'auto' | 'zenity' | 'kdialog' | 'osascript' | 'none'

export type Settings = {
  /** Of a session, where the profile says nothing: 900 to 129,600. */
  durationSeconds: number
  /** How long before an expiration to remind, longest first. */
  reminderLeadSeconds: readonly number[]
  /** When no reminder is shown and nothing renews by itself. */
  quietHours?: QuietHours
  suffix: string
  /** Of sections that hold keys whose session goes to the section without it. */
  longTermSuffix: string
  notify: 'desktop' | 'none'
  prompt: PromptWay
  /** Run by /bin/sh at every reminder. */
  notifyCommand?: string
  /** Run by /bin/sh after each write of session sections. */
  afterWriteCommand?: string
  /** Profiles that `status` leaves out, `*` for any part of a name. */
  hide: readonly string[]
  logLevel: LogLevel
  /** The address of the proxy to AWS. It may hold a password, so no message and no log line shows it. */
  httpsProxy?: string
  /** Hosts that are reached without it. */
  noProxy?: string
  /** A file of certificates to trust in place of the usual ones. */
  caBundle?: string
  credentialsFile?: string
  configFile?: string
  socket?: string
  /** About keys and sections that mfad does not know, and left out. */
  warnings: readonly Warning[]
}

export const defaultSettings: Settings = {
  durationSeconds: 43_200,
  reminderLeadSeconds: [600, 0],
  suffix: '-mfa',
  longTermSuffix: '-long-term',
  notify: 'desktop',
  prompt: 'auto',
  hide: [],
  logLevel: 'info',
  warnings: [],
}
