// Records what V8 compiles of the bundles of the short commands. The single file has it in it, so that they start faster there. It is
// recorded while the commands run, in a throw-away home with a daemon and a session.
import { execFileSync, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** The commands that programs and prompts run all day. */
const commands = [
  ['--version'],
  ['status'],
  ['env', 'dev'],
  ['require', 'dev'],
  ['credential-process', 'dev'],
]
const credentials = `[dev]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY

[dev-mfa]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
aws_session_token = AQoDYXdzEJr
expiration = 2099-01-01T00:00:00Z
manager = mfad
mfad_key = 7EXAMPLE
`

/** `recorder`: the executable that writes its recordings into `directory`. Answers their paths by the names of the bundles. */
export async function recordCode(recorder, directory) {
  const home = fs.mkdtempSync(join(tmpdir(), 'mfad-record-'))
  const env = { HOME: home, PATH: process.env.PATH, XDG_RUNTIME_DIR: join(home, 'run') }
  fs.mkdirSync(join(home, '.aws'), { mode: 0o700 })
  fs.mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 })
  fs.writeFileSync(join(home, '.aws/credentials'), credentials, { mode: 0o600 })
  fs.writeFileSync(join(home, '.aws/config'), '[profile dev]\nregion = eu-west-1\n')
  const daemon = spawn(recorder, ['daemon'], { env, stdio: 'ignore' })
  const ended = new Promise((done) => daemon.once('exit', done))
  try {
    for (let tries = 0; !fs.existsSync(join(home, 'run/mfad/mfad.sock')); tries++) {
      if (tries > 600 || daemon.exitCode !== null) throw new Error('the daemon did not start')
      await setTimeout(50)
    }
    for (const words of commands)
      execFileSync(recorder, words, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  } finally {
    daemon.kill()
    await ended
    fs.rmSync(home, { recursive: true })
  }
  const names = [...commands.slice(1).map(([name]) => `command-${name}.cjs`), 'overview.cjs']
  return Object.fromEntries(names.map((name) => [name, join(directory, `${name}.cache`)]))
}
