// What it means when the keyring of the operating system gives no key, and what to do about it.
import { AppError } from '../errors.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'

/** `said`: the words of the library or the system; they hold no secret. */
export type KeyringFailure =
  | { kind: 'not-installed' | 'timed-out' | 'stopped' }
  | { kind: 'failed'; said: string }

const mostCharacters = 200

/** What the user runs when it is mended: `restart` starts this daemon anew, `again` is what failed. */
type Commands = { restart: string; again: string }

/** Throws nothing; answers the error to throw. */
export function describeKeyringFailure(failure: KeyringFailure, commands: Commands): AppError {
  const again = `, then: ${commands.again}`
  switch (failure.kind) {
    case 'stopped':
      return new AppError(
        'daemon.stopping',
        'the daemon is stopping',
        `when it runs again: ${commands.again}`,
      )
    case 'not-installed':
      return new AppError(
        'profile.keyring-unavailable',
        'the part of mfad that reads the keyring is not installed (@napi-rs/keyring, an optional package)',
        `install it with: npm install --global --include=optional mfad${again}`,
      )
    case 'timed-out':
      return new AppError(
        'profile.keyring-locked',
        'the keyring gave no answer within 60 s: it may be waiting for its password on the desktop',
        `unlock it there${again}`,
      )
    case 'failed':
      return describeWords(failure.said, again, commands.restart)
  }
}

/** With these words a single file begins to say why it cannot load the library of the keyring. */
export const notLoaded = 'the library that reads the keyring cannot be loaded'

function describeWords(said: string, again: string, restart: string): AppError {
  if (said.startsWith(notLoaded))
    return new AppError(
      'profile.keyring-unavailable',
      printable(said, mostCharacters),
      `only you may be able to write there, and programs must be allowed to run (findmnt -T shows noexec); mend that${again}`,
    )
  if (/prompt was dismissed|is locked|interaction is not allowed/i.test(said))
    return new AppError(
      'profile.keyring-locked',
      'the keyring is locked, and was not unlocked',
      `unlock it on the desktop, by its password${again}`,
    )
  if (/set your DBUS_SESSION_BUS_ADDRESS|failed to connect to socket|no such file/i.test(said))
    return new AppError(
      'profile.keyring-unavailable',
      'there is no keyring here: the daemon knows no session bus (DBUS_SESSION_BUS_ADDRESS)',
      `log in at the desktop, and start the daemon there: ${restart}${again}`,
    )
  if (/ServiceUnknown|not provided by any|no result found|not activatable/i.test(said))
    return new AppError(
      'profile.keyring-unavailable',
      'there is no keyring here: no program offers the Secret Service, or it has no default keyring',
      `set one up (gnome-keyring, KWallet, KeePassXC)${again}`,
    )
  return new AppError(
    'profile.keyring-failed',
    `the keyring failed: ${printable(said, mostCharacters)}`,
    `look at it in the keyring program of your desktop${again}`,
  )
}

/** The marker is there, and the item is not. */
export function itemMissing(profile: string, item: string): AppError {
  return new AppError(
    'profile.keyring-item-missing',
    `the keyring holds no item ${maskedItem(item)} of mfad, where the keys of ${printable(profile)} should be`,
    `was it put back elsewhere, or is it in another user's keyring? create a new access key in the IAM console, then: ${awsCommand('configure', profile)}`,
  )
}

/** Without the whole access key id. */
function maskedItem(item: string): string {
  const slash = item.lastIndexOf('/')
  return printable(`${item.slice(0, slash)}/…${item.slice(-4)}`, mostCharacters)
}
