// Measuring real processes: wall time as medians of alternating runs, memory as the kernel tells it.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export type Row = {
  what: string
  value: number
  /** The middle half of what the value is the median of. */
  spread?: readonly [number, number]
  limit: number | undefined
  unit: string
}
/** What could not be measured here, and why. */
export type Missing = { what: string; missing: string }

/** Milliseconds from spawn to exit. Rejects when the program fails. */
export function wallMs(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [program = '', ...args] = argv
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(performance.now() - startedAt) : reject(new Error(`${argv.join(' ')}: ${errors}`)),
    )
  })
}

/** Each of the jobs once a round, so that a machine that gets slower does so for all of them. By name: what each took. */
export async function interleaved<Name extends string>(
  rounds: number,
  jobs: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(jobs) as Name[]
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = 0; round < rounds; round++) for (const name of names) times[name].push(await jobs[name]())
  return times
}

/** How many times as long one takes as another, both measured in the same rounds. */
export function ratioRow(
  what: string,
  own: readonly number[],
  base: readonly number[],
  limit: number | undefined,
): Row {
  const byRound = own.map((ms, round) => ms / (base[round % base.length] ?? Number.NaN))
  return {
    what,
    value: median(own) / median(base),
    spread: [quantile(byRound, 0.25), quantile(byRound, 0.75)],
    limit,
    unit: '×',
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
}

/** The value that at most one in a hundred is above; the largest of fewer than a hundred. */
export function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN
}

/** Resident memory of a process in KiB. */
export function residentKib(pid: number | undefined): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

/** How long all threads of a process ran until now. */
export function cpuMs(pid: number | undefined): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]))
    .reduce((sum, ns) => sum + ns / 1e6, 0)
}
