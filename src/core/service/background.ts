// How a daemon in the background knows that it is there.

/** `service` in the service's file, `detached` by `mfad daemon --detach`. */
export const backgroundVariable = 'MFAD_BACKGROUND'

/** The service manager starts the daemon anew when it ends with this, EX_TEMPFAIL of sysexits.h. */
export const restartExitCode = 75
