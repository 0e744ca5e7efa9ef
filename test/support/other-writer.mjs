// Another program that edits the credentials file, or the config file: node other-writer.mjs KIND FILE LOCK COUNT PAUSE_MS. The writers lock each
// other out, as programs of one user that run one after another; none of them knows of mfad. Prints JSON at the end.
//
//   append     opens for appending, waits up to 5 ms, writes a section, closes
//   truncate   reads, empties, writes anew with one line more
//   rename     reads, writes another file, renames it
//   note       as append, and writes a comment line
//   copy       as rename, with a comment line more at the end
//   aws        runs `aws configure set`: that appends a new profile, and writes an existing one anew
//   read       reads all the time, and counts what is not whole

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'

const [kind, file, lock, count, pauseMs] = process.argv.slice(2)
const sleepCell = new Int32Array(new SharedArrayBuffer(4))
const sleep = (ms) => Atomics.wait(sleepCell, 0, 0, ms)

const edits = {
  append(number) {
    appendSlowly(`[append-${number}]\nk = ${number}\n`)
  },
  truncate(number) {
    fs.writeFileSync(file, withLine(fs.readFileSync(file, 'utf8'), '[truncate]', `k${number} = ${number}`))
  },
  rename(number) {
    replaceBy(withLine(fs.readFileSync(file, 'utf8'), '[rename]', `k${number} = ${number}`))
  },
  note(number) {
    appendSlowly(`# note ${number}\n`)
  },
  copy(number) {
    replaceBy(`${fs.readFileSync(file, 'utf8')}# copy ${number}\n`)
  },
  aws(number) {
    const keys = file.endsWith('config')
      ? ['region', 'output']
      : ['aws_access_key_id', 'aws_secret_access_key']
    const key = keys[number % 2]
    const args = ['configure', 'set', key, `v${number}`, '--profile', `aws-${number >> 1}`]
    const { status, stderr } = spawnSync('aws', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  },
}

if (kind === 'read') readAll()
else writeAll(edits[kind])

function writeAll(edit) {
  for (let number = 0; number < Number(count); number++) {
    exclusively(() => edit(number))
    sleep(Math.random() * 2 * Number(pauseMs))
  }
  process.stdout.write(JSON.stringify({ kind, edits: Number(count) }))
}

/** Until the file beside the lock appears. */
function readAll() {
  let reads = 0
  const broken = []
  while (!fs.existsSync(`${lock}.end`)) {
    const text = fs.readFileSync(file, 'utf8')
    reads++
    const problem = problemOf(text)
    if (problem !== undefined && broken.length < 20) broken.push(problem)
  }
  process.stdout.write(JSON.stringify({ kind, reads, broken }))
}

/** The keys of the first section are never edited, and each session section has all its lines. */
function problemOf(text) {
  if (!/^\[(?:profile )?dev\]\naws_access_key_id = \w+\naws_secret_access_key = \S+\n/.test(text))
    return `no [dev]: ${text.length}`
  for (const section of text.split(/^(?=\[)/m)) {
    const name = /^\[(\S+-mfa)\]/.exec(section)?.[1]
    if (name !== undefined && !/^aws_session_token = \S+$[\s\S]*^mfad_key = \w+$/m.test(section))
      return `half of ${name}`
  }
}

function appendSlowly(text) {
  const descriptor = fs.openSync(file, 'a')
  sleep(Math.random() * 5)
  fs.writeSync(descriptor, text)
  fs.closeSync(descriptor)
}

function replaceBy(text) {
  fs.writeFileSync(`${file}.other`, text, { mode: 0o600 })
  fs.renameSync(`${file}.other`, file)
}

function exclusively(action) {
  for (;;) {
    try {
      fs.closeSync(fs.openSync(lock, 'wx'))
      break
    } catch {
      sleep(0.2)
    }
  }
  try {
    action()
  } finally {
    fs.unlinkSync(lock)
  }
}

function withLine(text, header, line) {
  const lines = text.split('\n')
  const index = lines.indexOf(header)
  if (index === -1) throw new Error(`${header} is gone from a file of ${text.length} characters`)
  lines.splice(index + 1, 0, line)
  return lines.join('\n')
}
