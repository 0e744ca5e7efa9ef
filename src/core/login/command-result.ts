// How a command that mfad has run came to its end.

export type CommandEnd =
  | { kind: 'exited'; exitCode: number }
  | { kind: 'signalled'; signal: string }
  /** `stopped`: we ended it since it was no longer wanted, as when the daemon stops. */
  | { kind: 'timed-out' | 'too-long' | 'stopped' }
  /** The reason is the system's error code, such as ENOENT. */
  | { kind: 'not-started'; reason?: string }

/** How a command ended. `output` and `complaint` are what it printed, cut to their limits. */
export type CommandResult = {
  end: CommandEnd
  output: string
  complaint: string
  /** The PATH that it had. */
  path?: string
  /** The program that would have taken another user's or group's rights, which are withheld from the service. */
  withheldFrom?: string
}
