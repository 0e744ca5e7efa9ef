// What programs start again and again: `mfad credential-process`, `env` and `require`, against a bare Node that reads the same file,
// and against the AWS CLI's own way to print credentials.
import { spawnSync } from 'node:child_process'
import { openBenchHome, program } from './bench-home.ts'
import { median, type Row, wallMs } from './measure.ts'

const profiles = 20
const rounds = 31
const awsRounds = 5
const bareReader = `process.stdout.write(/aws_session_token = (.*)/.exec(require('fs').readFileSync(process.argv[1], 'utf8'))[1] + '\\n')`
const commands = {
  'credential-process': ['credential-process', 'p0'],
  env: ['env', 'p0', '--format', 'sh'],
  require: ['require', 'p0', '--min', '1h'],
}

export async function programRows(): Promise<Row[]> {
  const home = await openBenchHome(profiles)
  try {
    await home.startDaemon()
    const { profile, code } = await home.nextLogin()
    if (profile !== 'p0') throw new Error(`the first profile is ${profile}`)
    await home.login(profile, code)
    const node = (...args: string[]) => wallMs([process.execPath, ...args], home.environment)
    const bare: number[] = []
    const times = Object.keys(commands).map((): number[] => [])
    for (let round = 0; round < rounds; round++) {
      bare.push(await node('-e', bareReader, home.files.credentials))
      for (const [index, args] of Object.values(commands).entries())
        times[index]?.push(await node(program, ...args))
    }
    const base = median(bare)
    return [
      { what: 'node that reads the credentials file', value: base, limit: undefined, unit: 'ms' },
      ...Object.keys(commands).map((name, index) => ({
        what: `mfad ${name} / node that reads the same file`,
        value: median(times[index] ?? []) / base,
        limit: 1.15,
        unit: '×',
      })),
      ...(await awsRow(median(times[0] ?? []), home.environment)),
    ]
  } finally {
    await home.close()
  }
}

async function awsRow(ownMs: number, environment: NodeJS.ProcessEnv): Promise<Row[]> {
  const argv = ['aws', 'configure', 'export-credentials', '--profile', 'p0-mfa'] as const
  // The AWS CLI 1 does not have it.
  if (spawnSync(argv[0], argv.slice(1), { env: environment }).status !== 0) return []
  const times: number[] = []
  for (let round = 0; round < awsRounds; round++) times.push(await wallMs(argv, environment))
  const what = 'mfad credential-process / aws configure export-credentials'
  return [{ what, value: ownMs / median(times), limit: 0.125, unit: '×' }]
}
