// Why a finding matters, in the words of somebody who does not know mfad. One sentence for each code that needs its own, else
// for its area.
import type { ErrorCode } from '../error-codes.ts'

const steering = 'whoever can change it chooses which key, server or command is used, so mfad logs nobody in'
/** Of a line that AWS tools read differently. */
export const disputedReason =
  'AWS tools read it differently: what works with the AWS CLI may fail elsewhere, or use another account'

/** Of what rejects a file. */
export const rejectedReason =
  'the AWS CLI and boto3 refuse the whole file, so no profile in it works, and mfad does not write to it'

const reasons: Partial<Record<ErrorCode, string>> = {
  'file.other-owner': steering,
  'file.writable-by-others': steering,
  'file.readable-by-others': 'whoever can read it can use your AWS keys',
  'file.not-readable': 'nothing in it can be used',
  'file.not-read': 'nothing in it can be used',
  'file.not-a-file': 'AWS tools and mfad read a regular file there, and nothing else',
  'file.too-large': 'mfad reads no file of that size',
  'file.not-writable': 'a login would get a session and could not save it',
  'file.read-only': 'a login would get a session and could not save it',
  'file.dangling-link': 'AWS tools find no file there; a login would create it where the link points',
  'file.hard-links':
    'mfad writes into the file instead of replacing it, so that the other names stay the same file',
  'file.mount-point': 'a mounted file cannot be replaced, so mfad writes into it',
  'file.mounted-alone':
    'a container that mounts only the file keeps the old one when it is replaced: new sessions do not arrive there',
  'file.edit-kept': 'it holds lines of yours that are in no other file',
  'file.foreign-edit-lost': 'a line that another program wrote may be missing',
  'file.stray': 'mfad left it there when it was interrupted; it may hold keys',
  'profile.orphan': 'it is never renewed, and AWS refuses it once it has expired',
  'profile.not-inherited':
    'AWS tools do something else through the session profile than through the profile itself',
  'profile.session-not-ours': 'mfad never writes over credentials that it has not written itself',
  'profile.other-sign-in': 'mfad has nothing to do here',
  'profile.keys-from-command': 'mfad has nothing to do here',
  'settings.invalid': 'a running daemon keeps the settings it had; a new one cannot start',
  'settings.unreadable': 'a running daemon keeps the settings it had; a new one cannot start',
  'settings.unknown-key': 'the setting that was meant keeps its default',
  'settings.unknown-section': 'what they were to set keeps its default',
  'profile.no-region': 'the AWS CLI asks for one with each command, and programs fail',
  'settings.readable-by-others': 'whoever can read it can use that proxy in your name',
  'settings.files-differ': 'the daemon writes sessions to other files than your AWS tools read in this shell',
  'settings.notify-none': 'you are not told when a session ends',
  'settings.credentials-in-shell': 'AWS tools use the keys in these variables instead of AWS_PROFILE',
  'daemon.not-running': 'nothing logs in, renews or reminds you until it runs',
  'daemon.no-answer': 'nothing logs in, renews or reminds you until it answers',
  'daemon.not-reachable': 'nothing can be logged in until it answers',
  'daemon.unsafe-socket': 'whoever owns the socket would be given your MFA codes, so it is not used',
  'daemon.socket-path': 'the system cannot open a socket at a path as long as that',
  'daemon.second':
    'commands reach only the daemon at their own socket; of two, each takes what the other writes for an edit, and reminds you',
  'daemon.other-version': 'the command line and the daemon may misunderstand each other',
  'daemon.not-hardened': 'it uses more memory, and a debugger could read its secrets',
  'daemon.foreign-endpoint': 'whoever runs that server gets what a login sends',
  'daemon.not-installed': 'the daemon does not start by itself when you log in to this computer',
  'daemon.not-enabled': 'the daemon does not start by itself when you log in to this computer',
  'daemon.not-by-service': 'it is not started again after a crash or at the next login',
  'daemon.restarted': 'it crashed, or something ended it',
  'daemon.service-failed': 'nothing logs in, renews or reminds you until it runs',
  'daemon.no-service-manager': 'the installed service cannot be checked or started from here',
  'daemon.unit-changed': 'the service file has changed, and the service manager still uses the old one',
  'daemon.last-error': 'it may explain what else is said here',
  'daemon.foreign-home': 'root would leave files there that their owner cannot change',
  'notifier.unavailable': 'you are not told when a session ends; mfad status still shows it',
  'notifier.no-desktop':
    'reminders cannot be shown here; mfad status and mfad require tell how long a session lasts',
  'notifier.no-buttons': 'reminders have no button to enter the code with; they name the command to run',
  'notifier.no-dialog': 'reminders have no button to enter the code with; they name the command to run',
  'notifier.command-failed': 'your own command was not told of a reminder',
  'sts.clock-skewed':
    'AWS refuses requests signed with a wrong time, and sessions seem to end earlier or later than they do',
  'settings.bad-ca-bundle': 'without these certificates no server is trusted, so no login is tried',
  'settings.bad-proxy': 'AWS cannot be reached through it',
}

const areas: Readonly<Record<string, string>> = {
  file: 'mfad may not be able to keep a session in it',
  profile: 'mfad login does not work for it as it is',
  settings: 'mfad cannot do what the settings ask for',
  device: 'a login for it needs this mended first',
  network: 'no login works until AWS can be reached',
  sts: 'no login works until AWS answers as it should',
  notifier: 'you may not be told when a session ends',
  session: 'the session cannot be used',
}

/** Of a code that a daemon of another version has, its area says it. */
export function reasonFor(code: ErrorCode): string {
  const area = code.split('.')[0] ?? ''
  if (Object.hasOwn(reasons, code)) return reasons[code] ?? otherwise
  return Object.hasOwn(areas, area) ? (areas[area] ?? otherwise) : otherwise
}

const otherwise = 'it keeps mfad from doing its work'
