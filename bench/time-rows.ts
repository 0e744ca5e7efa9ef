// Time: when reminders come, and how often a daemon that has nothing to do wakes up.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openBenchHome } from './bench-home.ts'
import { cpuMs, median, type Row } from './measure.ts'

const lifeSeconds = 22
const leadSeconds = [10, 0]
const idleMs = 60_000

export async function timeRows(): Promise<Row[]> {
  const [{ wakeUps, cpuPercent }, ...late] = await Promise.all([
    idle(),
    ...Array.from({ length: 5 }, latenessMs),
  ])
  const latenesses = late.flat()
  return [
    { what: 'wake-ups a minute of an idle daemon', value: wakeUps, limit: 4, unit: '' },
    { what: 'its share of one core', value: cpuPercent, limit: 0.05, unit: '%' },
    {
      what: `reminder after its due time, largest of ${latenesses.length}`,
      value: Math.max(...latenesses) / 1000,
      limit: 1,
      unit: 's',
    },
    { what: 'the same, earliest', value: -Math.min(...latenesses) / 1000, limit: 1, unit: 's' },
    { what: 'the same, median', value: median(latenesses) / 1000, limit: undefined, unit: 's' },
  ]
}

/** By how much the command that tells of each reminder starts late; its own start is part of it. */
async function latenessMs(): Promise<number[]> {
  const home = await openBenchHome(1)
  try {
    const told = join(dirname(home.files.settings), 'told')
    const reminders = leadSeconds.map((lead) => `${lead}s`).join(', ')
    const command = `echo $MFAD_EXPIRATION $(date +%s%3N) >>${told}`
    writeFileSync(
      home.files.settings,
      `[mfad]\nreminders = ${reminders}\nnotify = none\nnotify_command = ${command}\n`,
      { mode: 0o600 },
    )
    home.sts.setSessionSeconds(lifeSeconds)
    await home.startDaemon()
    const { profile, code } = await home.nextLogin()
    await home.login(profile, code)
    await pause((lifeSeconds + 3) * 1000)
    const lines = readFileSync(told, 'utf8').trim().split('\n')
    if (lines.length !== leadSeconds.length) throw new Error(`reminders: ${lines.join(', ')}`)
    return lines.map((line, index) => {
      const [expiration = '', at] = line.split(' ')
      return Number(at) - Date.parse(expiration) + (leadSeconds[index] ?? 0) * 1000
    })
  } finally {
    await home.close()
  }
}

/** With a session that lasts, and nothing to do. All threads count; what it takes to read their figures is not its own. */
async function idle(): Promise<{ wakeUps: number; cpuPercent: number }> {
  const home = await openBenchHome(10)
  try {
    const { pid } = await home.startDaemon()
    const { profile, code } = await home.nextLogin()
    await home.login(profile, code)
    // After a login the old file is followed for some seconds, and memory is collected at the next tick for the last time.
    await pause(35_000)
    const before = activityOf(pid)
    await pause(idleMs)
    const after = activityOf(pid)
    const minutes = idleMs / 60_000
    return {
      wakeUps: (after.sleeps - before.sleeps) / minutes,
      cpuPercent: (100 * (after.cpuMs - before.cpuMs)) / idleMs,
    }
  } finally {
    await home.close()
  }
}

/** How often the threads of a process went to sleep, and how long they ran. */
function activityOf(pid: number | undefined): { sleeps: number; cpuMs: number } {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)
  const sleeps = threads.map((thread) =>
    Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(`${thread}/status`, 'utf8'))?.[1]),
  )
  return { sleeps: sum(sleeps), cpuMs: cpuMs(pid) }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0)
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
