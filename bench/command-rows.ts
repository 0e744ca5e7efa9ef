// What a person types: `mfad status` and `mfad login`, against bare Node, against a bare client that asks the daemon for its
// status, and against the AWS CLI with jq.
import { spawnSync } from 'node:child_process'
import { type BenchHome, openBenchHome, program } from './bench-home.ts'
import { interleaved, type Missing, median, type Row, ratioRow, wallMs } from './measure.ts'

const firstRounds = 5
const peerRounds = 5
const bare = [process.execPath, '-e', '0']
/** As little as a program in Node can do to get the status. */
const bareClient = `const c = require('net').createConnection(process.env.MFAD_SOCKET)
let text = ''
c.on('data', (chunk) => { text += chunk })
c.on('end', () => require('fs').writeSync(1, text.slice(text.indexOf('{'))))
c.write('GET /v1/status HTTP/1.0\\r\\nhost: mfad\\r\\n\\r\\n')`
const peer = `set -e
answer=$(aws sts get-session-token --profile "$1" --serial-number "$2" --token-code "$3" --output json)
for field in AccessKeyId SecretAccessKey SessionToken; do
  printf '%s' "$answer" | jq -r ".Credentials.$field"
done`

export async function commandRows(rounds: number): Promise<(Row | Missing)[]> {
  const home = await openBenchHome(30)
  try {
    const first = await firstLogins(home)
    await home.startDaemon()
    await timeLogin(home)
    const times = await interleaved(rounds, {
      node: () => wallMs(bare, home.environment),
      client: () => wallMs([process.execPath, '-e', bareClient], home.environment),
      status: () => wallMs([process.execPath, program, 'status'], home.environment),
      login: () => timeLogin(home),
    })
    return [
      { what: 'node -e 0', value: median(times.node), limit: undefined, unit: 'ms' },
      ratioRow('a bare client that asks for the status / node -e 0', times.client, times.node, undefined),
      { what: 'mfad status', value: median(times.status), limit: undefined, unit: 'ms' },
      ratioRow('mfad status / node -e 0', times.status, times.node, undefined),
      ratioRow('mfad status / the bare client', times.status, times.client, 1.15),
      ratioRow('mfad login, first after the start / node -e 0', first, times.node, 4),
      ratioRow('mfad login, later / node -e 0', times.login, times.node, undefined),
      ratioRow('mfad login, later / the bare client', times.login, times.client, 1.5),
      await peerRow(home, times.login),
    ]
  } finally {
    await home.close()
  }
}

/** Each with a daemon of its own. */
async function firstLogins(home: BenchHome): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < firstRounds; round++) {
    const daemon = await home.startDaemon()
    times.push(await timeLogin(home))
    await new Promise((done) => daemon.on('close', done).kill())
  }
  return times
}

async function timeLogin(home: BenchHome): Promise<number> {
  const { profile, code } = await home.nextLogin()
  return wallMs([process.execPath, program, 'login', profile, code], home.environment)
}

async function peerRow(home: BenchHome, own: readonly number[]): Promise<Row | Missing> {
  const what = 'mfad login, later / aws sts get-session-token + 3 × jq'
  const missing = ['aws', 'jq'].find(
    (name) => spawnSync(name, ['--version'], { env: home.environment }).status !== 0,
  )
  if (missing !== undefined) return { what, missing: `${missing} is not installed` }
  const environment = { ...home.environment, AWS_DEFAULT_REGION: 'us-east-1' }
  const times: number[] = []
  for (let round = 0; round < peerRounds; round++) {
    const { profile, serialNumber, code } = await home.nextLogin()
    times.push(await wallMs(['bash', '-c', peer, 'peer', profile, serialNumber, code], environment))
  }
  return ratioRow(what, own, times, 1 / 3)
}
