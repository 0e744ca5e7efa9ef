// The process that talks to the keyring: it reads one request from standard input, does it, and ends. Outside the daemon,
// since a locked keyring holds up the thread that asks until somebody has typed the password, and a process can be ended.
import { readFileSync } from 'node:fs'
import { isSingleFile } from '../single-file.ts'

/** What the keyring program of the desktop shows as the owner of our items. */
const service = 'mfad'

export type KeyringRequest = { action: 'read' | 'write' | 'remove'; item: string; secret?: string }
/** `secret`: null where there is no such item. */
export type KeyringAnswer =
  | { secret: string | null }
  | { isDone: boolean }
  | { failure: string }
  | 'not-installed'

async function answer(request: KeyringRequest): Promise<KeyringAnswer> {
  const { action, item, secret } = request
  try {
    const library = await load()
    if (library === undefined) return 'not-installed'
    // Without this it would fall back to a keyring of the kernel, which forgets everything at the next start.
    const entry = new library.Entry(service, item, { linux: { store: 'secret-service' } })
    if (action === 'read') return { secret: entry.getPassword() }
    if (action === 'remove') return { isDone: entry.deletePassword() }
    entry.setPassword(secret ?? '')
    return { isDone: true }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : 'unknown reason' }
  }
}

async function load(): Promise<typeof import('@napi-rs/keyring') | undefined> {
  try {
    return await import('@napi-rs/keyring')
  } catch (error) {
    // A single file always has the library in it: it says why it could not be loaded.
    if (isSingleFile()) throw error
    return undefined
  }
}

void answer(JSON.parse(readFileSync(0, 'utf8')) as KeyringRequest).then((result) =>
  process.stdout.write(JSON.stringify(result)),
)
