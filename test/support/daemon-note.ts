// A process that has left the note of a daemon, started later than the one under test: that one stays, and names it.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type NotedProcess = { pid: number; end(): Promise<void> }

/** `credentials`: where the file really is. */
export function startNoted(home: string, credentials: string, socket: string): NotedProcess {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  const gone = new Promise<void>((done) => child.once('close', () => done()))
  const pid = child.pid ?? 0
  const startedAt = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]
  const directory = join(home, '.local/state/mfad')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const note = { pid, credentials, socket, isService: false, startedAt }
  writeFileSync(join(directory, `daemon-${pid}.json`), JSON.stringify(note), { mode: 0o600 })
  return {
    pid,
    async end() {
      child.kill('SIGKILL')
      await gone
    },
  }
}
