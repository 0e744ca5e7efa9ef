// What programs start again and again: `mfad credential-process`, `env` and `require`, against a bare Node that reads the same file,
// and against the AWS CLI's own way to print credentials.
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { openBenchHome, program } from './bench-home.ts'
import { interleaved, type Missing, median, type Row, ratioRow, wallMs } from './measure.ts'

const profiles = 20
const awsRounds = 5
const bareReader = `process.stdout.write(/aws_session_token = (.*)/.exec(require('fs').readFileSync(process.argv[1], 'utf8'))[1] + '\\n')`
export async function programRows(rounds: number): Promise<(Row | Missing)[]> {
  const home = await openBenchHome(profiles)
  try {
    await home.startDaemon()
    const { profile, code } = await home.nextLogin()
    if (profile !== 'p0') throw new Error(`the first profile is ${profile}`)
    await home.login(profile, code)
    const node = (...args: string[]) => wallMs([process.execPath, ...args], home.environment)
    const times = await interleaved(rounds, {
      bare: () => node('-e', bareReader, home.files.credentials),
      'credential-process': () => node(program, 'credential-process', 'p0'),
      env: () => node(program, 'env', 'p0', '--format', 'sh'),
      require: () => node(program, 'require', 'p0', '--min', '1h'),
    })
    return [
      {
        what: 'node that reads the credentials file',
        value: median(times.bare),
        limit: undefined,
        unit: 'ms',
      },
      ...(['credential-process', 'env', 'require'] as const).map((name) =>
        ratioRow(`mfad ${name} / node that reads the same file`, times[name], times.bare, 1.15),
      ),
      await awsRow(home.environment),
    ]
  } finally {
    await home.close()
  }
}

async function awsRow(environment: NodeJS.ProcessEnv): Promise<Row | Missing> {
  const what = 'mfad credential-process / aws configure export-credentials'
  const words = ['configure', 'export-credentials', '--profile', 'p0-mfa']
  // An AWS CLI 1, which has no such command, may come first in PATH.
  const aws = (environment.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'aws'))
    .find((path) => spawnSync(path, words, { env: environment }).status === 0)
  if (aws === undefined) return { what, missing: 'needs the AWS CLI 2' }
  const times = await interleaved(awsRounds, {
    own: () => wallMs([process.execPath, program, 'credential-process', 'p0'], environment),
    aws: () => wallMs([aws, ...words], environment),
  })
  return ratioRow(what, times.own, times.aws, 1 / 8)
}
