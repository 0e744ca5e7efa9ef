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

/** What a command did that ended otherwise than well. `tooMuch`: what it should have printed. */
export function endingFact(end: CommandEnd, timeoutSeconds: number, tooMuch: string): string {
  switch (end.kind) {
    case 'exited':
      return `failed (exit status ${end.exitCode})`
    case 'signalled':
      return `was ended by ${end.signal}`
    case 'timed-out':
      return `gave no answer within ${timeoutSeconds} s`
    case 'too-long':
      return `printed more than ${tooMuch} could be`
    case 'not-started':
      return 'could not be started'
    case 'stopped':
      return 'was ended'
  }
}
