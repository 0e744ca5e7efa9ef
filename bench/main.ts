// The numbers that mfad promises, each as a ratio taken in one run on one machine. `npm run bench`; `-- --long` adds the
// memory after 1,000 logins, and `-- --only=edits` (commands, programs, memory, status, files, roles, time) takes one group.
import { spawn } from 'node:child_process'
import { openBenchHome, program } from './bench-home.ts'
import { editRows, printEditMs } from './edit-rows.ts'
import { fileRows, statusRows } from './file-rows.ts'
import { median, print, type Row, residentKib, wallMs } from './measure.ts'
import { programRows } from './program-rows.ts'
import { roleRows } from './role-rows.ts'
import { timeRows } from './time-rows.ts'

const major = Number(process.versions.node.split('.')[0])
const isLong = process.argv.includes('--long')
const bare = [process.execPath, '-e', '0']

const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length)
const groups: Record<string, () => Row[] | Promise<Row[]>> = {
  commands: commandRows,
  programs: programRows,
  memory: memoryRows,
  edits: editRows,
  status: statusRows,
  files: fileRows,
  roles: roleRows,
  time: timeRows,
}

if (process.argv.includes('--edit-ms')) printEditMs()
else await printAll()

async function printAll(): Promise<void> {
  console.log(`Node ${process.version}, ${process.arch}, ${isLong ? 'long' : 'short'} run\n`)
  const rows: Row[] = []
  for (const [name, measure] of Object.entries(groups))
    if (only === undefined || only === name) rows.push(...(await measure()))
  print(rows)
}

async function commandRows(): Promise<Row[]> {
  const home = await openBenchHome(30)
  try {
    const first: number[] = []
    for (let round = 0; round < 5; round++) {
      const daemon = await home.startDaemon()
      first.push(await timeLogin())
      await new Promise((done) => daemon.on('close', done).kill())
    }
    await home.startDaemon()
    await timeLogin()
    const times = { bare: [] as number[], status: [] as number[], login: [] as number[] }
    for (let round = 0; round < 21; round++) {
      times.bare.push(await wallMs(bare, home.environment))
      times.status.push(await wallMs([process.execPath, program, 'status'], home.environment))
      times.login.push(await timeLogin())
    }
    const base = median(times.bare)
    return [
      { what: 'node -e 0', value: base, limit: undefined, unit: 'ms' },
      {
        what: 'mfad status / node -e 0',
        value: median(times.status) / base,
        limit: major < 24 ? 1.25 : 1.35,
        unit: '×',
      },
      {
        what: 'mfad login, first after the start / node -e 0',
        value: median(first) / base,
        limit: 4,
        unit: '×',
      },
      { what: 'mfad login, later / node -e 0', value: median(times.login) / base, limit: 1.6, unit: '×' },
    ]
  } finally {
    await home.close()
  }
  async function timeLogin(): Promise<number> {
    const { profile, code } = await home.nextLogin()
    return wallMs([process.execPath, program, 'login', profile, code], home.environment)
  }
}

async function memoryRows(): Promise<Row[]> {
  const logins = isLong ? 1000 : 100
  const home = await openBenchHome(isLong ? 340 : 40)
  const idle = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e9)'], { stdio: 'ignore' })
  try {
    const plain = await home.startDaemon([process.execPath, program, 'daemon'])
    // Which need not be the process that was started.
    const plainKib = residentKib(JSON.parse(await home.status()).daemon.pid)
    await new Promise((done) => plain.on('close', done).kill())
    const daemon = await home.startDaemon()
    await home.status()
    const base = residentKib(idle.pid)
    const before = residentKib(daemon.pid)
    for (let round = 0; round < logins; round++) {
      const { profile, code } = await home.nextLogin()
      await home.login(profile, code)
    }
    const after = residentKib(daemon.pid)
    return [
      { what: 'idle node', value: base / 1024, limit: undefined, unit: 'MiB' },
      { what: 'daemon before the first login / idle node', value: before / base, limit: 1.3, unit: '×' },
      {
        what: 'daemon started by hand, before the first login / idle node',
        value: plainKib / base,
        limit: 1.3,
        unit: '×',
      },
      {
        what: `daemon after ${logins} logins / idle node`,
        value: after / base,
        limit: major < 24 ? 1.4 : 1.8,
        unit: '×',
      },
    ]
  } finally {
    idle.kill()
    await home.close()
  }
}
