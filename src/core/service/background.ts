// How a daemon in the background knows that it is there.

/** `service` in the service's file, `detached` by `mfad daemon --detach`. */
export const backgroundVariable = 'MFAD_BACKGROUND'

/** The command that starts a running daemon again with the variables of this shell; `background` is the variable's value. */
export function startAgainCommand(background: string | undefined, pid: number): string {
  if (background === 'service') return 'mfad install'
  return `kill ${pid}, then: mfad daemon${background === undefined ? '' : ' --detach'}`
}

/** The service manager starts the daemon anew when it ends with this, EX_TEMPFAIL of sysexits.h. */
export const restartExitCode = 75
