// What can be set, and what applies where nothing is.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

export type Settings = {
  /** Of a session, where the profile says nothing: 900 to 129,600. */
  durationSeconds: number
  /** How long before an expiration to remind, longest first. */
  reminderLeadSeconds: readonly number[]
  suffix: string
  notify: 'desktop' | 'none'
  logLevel: LogLevel
  credentialsFile?: string
  configFile?: string
  socket?: string
}

export const defaultSettings: Settings = {
  durationSeconds: 43_200,
  reminderLeadSeconds: [600, 0],
  suffix: '-mfa',
  notify: 'desktop',
  logLevel: 'info',
}
