// The daemon's resident memory against a bare Node that does nothing: at first, and after much of everything.
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type BenchHome, openBenchHome, program } from './bench-home.ts'
import { type Row, residentKib } from './measure.ts'
import type { BenchOptions } from './options.ts'

const major = Number(process.versions.node.split('.')[0])
const atMost = major < 24 ? 1.4 : 1.8
const sections = 200_000
/** Longer than the daemon takes to look whether memory can be given back. */
const rest = 70_000

export async function memoryRows({ isQuick, isLong }: BenchOptions): Promise<Row[]> {
  const logins = isLong ? 1000 : isQuick ? 30 : 100
  const requests = isLong ? 100_000 : isQuick ? 1000 : 10_000
  const events = isLong ? 100_000 : isQuick ? 1000 : 10_000
  const idle = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore', env: {} })
  try {
    const byHand = await startedByHand()
    const base = () => residentKib(idle.pid)
    const rows: Row[] = [
      { what: 'idle node', value: base() / 1024, limit: undefined, unit: 'MiB' },
      ratio('daemon started by hand, before the first login / idle node', byHand / base(), 1.3),
      ...(await after(base, 'logins', logins, isLong ? 340 : 40, !isQuick, logIn)),
      ...(await after(base, 'requests', requests, 40, false, async (home) => void (await home.status()))),
      ...(await after(base, 'file events', events, 40, false, changeFile)),
    ]
    return isLong ? [...rows, ...(await givenBack(base))] : rows
  } finally {
    idle.kill()
  }
}

function ratio(what: string, value: number, limit: number | undefined): Row {
  return { what, value, limit, unit: '×' }
}

/** Which need not be the process that was started. */
async function startedByHand(): Promise<number> {
  const home = await openBenchHome(40)
  try {
    const started = await home.startDaemon([process.execPath, program, 'daemon'])
    const kib = residentKib(JSON.parse(await home.status()).daemon.pid)
    await new Promise((done) => started.on('close', done).kill())
    return kib
  } finally {
    await home.close()
  }
}

/** A daemon of its own for each, so that one does not hide the other. The slope is that of the second half. */
async function after(
  base: () => number,
  name: string,
  count: number,
  users: number,
  rests: boolean,
  job: (home: BenchHome, index: number) => Promise<void>,
): Promise<Row[]> {
  const home = await openBenchHome(users)
  try {
    const daemon = await home.startDaemon()
    await home.status()
    const before = residentKib(daemon.pid)
    const half = Math.floor(count / 2)
    for (let index = 0; index < half; index++) await job(home, index)
    const middle = residentKib(daemon.pid)
    for (let index = half; index < count; index++) await job(home, index)
    const end = residentKib(daemon.pid)
    return [
      ratio(`daemon before any ${name} / idle node`, before / base(), 1.3),
      ratio(`daemon after ${count} ${name} / idle node`, end / base(), atMost),
      {
        what: `growth in the second half of them, for each 1,000`,
        value: ((end - middle) / 1024 / (count - half)) * 1000,
        limit: undefined,
        unit: 'MiB',
      },
      ...(rests ? [await rested(base, daemon, `daemon a minute after ${count} ${name} / idle node`)] : []),
    ]
  } finally {
    await home.close()
  }
}

async function rested(base: () => number, { pid }: ChildProcess, what: string): Promise<Row> {
  await new Promise((done) => setTimeout(done, rest))
  return ratio(what, residentKib(pid) / base(), atMost)
}

async function logIn(home: BenchHome): Promise<void> {
  const { profile, code } = await home.nextLogin()
  await home.login(profile, code)
}

/** Every second one is of a file that is none of the daemon's. A status now and then, since it reads what has changed. */
async function changeFile(home: BenchHome, index: number): Promise<void> {
  const isOwn = index % 2 === 0
  const path = isOwn ? home.files.config : join(dirname(home.files.config), 'other')
  const text = isOwn ? readFileSync(path, 'utf8').replaceAll(/^# .*\n/gm, '') : ''
  writeFileSync(path, `# ${index}\n${text}`)
  if (index % 20 === 0) await home.status()
}

/** A file that was large for a while. */
async function givenBack(base: () => number): Promise<Row[]> {
  const home = await openBenchHome(10)
  try {
    const daemon = await home.startDaemon()
    const small = readFileSync(home.files.credentials)
    const keys = 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n'
    writeFileSync(
      home.files.credentials,
      Array.from({ length: sections }, (_, i) => `[x${i}]\n${keys}`).join('\n'),
    )
    await new Promise((done) => setTimeout(done, rest))
    const large = residentKib(daemon.pid)
    writeFileSync(home.files.credentials, small)
    await new Promise((done) => setTimeout(done, 2 * rest))
    return [
      ratio(`daemon with ${sections} sections / idle node`, large / base(), undefined),
      ratio('daemon when they are gone / idle node', residentKib(daemon.pid) / base(), atMost),
    ]
  } finally {
    await home.close()
  }
}
