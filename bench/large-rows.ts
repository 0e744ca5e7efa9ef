// What a login takes of the processor where there are very many profiles, of which it changes one.
import { openBenchHome } from './bench-home.ts'
import { cpuMs, median, type Row } from './measure.ts'

const profiles = 5000
const logins = 11

export async function largeRows(): Promise<Row[]> {
  return [
    {
      what: `processor time of a login among ${profiles} profiles`,
      value: await loginCpuMs(profiles),
      limit: 50,
      unit: 'ms',
    },
    { what: 'the same among 10', value: await loginCpuMs(10), limit: undefined, unit: 'ms' },
  ]
}

async function loginCpuMs(count: number): Promise<number> {
  const home = await openBenchHome(count)
  try {
    const { pid } = await home.startDaemon()
    const times: number[] = []
    for (let login = 0; login < logins; login++) {
      const { profile, code } = await home.nextLogin()
      const before = cpuMs(pid)
      await home.login(profile, code)
      times.push(cpuMs(pid) - before)
    }
    // The first one loads the client of STS.
    return median(times.slice(1))
  } finally {
    await home.close()
  }
}
