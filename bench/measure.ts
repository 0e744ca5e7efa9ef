// Measuring real processes: wall time as medians of alternating runs, memory as the kernel tells it.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type Row = { what: string; value: number; limit: number | undefined; unit: string }

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

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
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

export function print(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ what }) => what.length))
  for (const { what, value, limit, unit } of rows) {
    const verdict =
      limit === undefined ? '' : value <= limit ? `ok (at most ${limit})` : `OVER (at most ${limit})`
    console.log(
      `${what.padEnd(width)}  ${value.toFixed(2).padStart(8)} ${unit.padEnd(3)} ${verdict}`.trimEnd(),
    )
  }
}
