// How long a socket's path may be. Node cuts a longer one without a word and uses another file.
import { AppError } from '../core/errors.ts'

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, one of them the final zero. */
const mostBytes = process.platform === 'darwin' ? 103 : 107

export function fitsSocketPath(path: string): boolean {
  return Buffer.byteLength(path) <= mostBytes
}

/** Throws daemon.socket-path. */
export function checkSocketPath(path: string): void {
  if (fitsSocketPath(path)) return
  throw new AppError(
    'daemon.socket-path',
    `the socket's path is ${Buffer.byteLength(path)} bytes long, and the system allows ${mostBytes}: ${path}`,
    'choose a shorter one with MFAD_SOCKET or the setting socket',
  )
}
