// What the function for the shell's prompt takes, which runs before each command line.
import { spawnSync } from 'node:child_process'
import { openBenchHome, program } from './bench-home.ts'
import type { Missing, Row } from './measure.ts'

const times = 500
const script = `set -e
eval "$1"
export AWS_PROFILE=p0-mfa
start=$EPOCHREALTIME
for ((i = 0; i < ${times}; i++)); do mfad_prompt; done
end=$EPOCHREALTIME
[[ $MFAD_PROMPT == *p0* ]]
echo $((\${end/[.,]/} - \${start/[.,]/}))`

export async function promptRows(): Promise<(Row | Missing)[]> {
  const what = 'the prompt function of bash, each time'
  const home = await openBenchHome(1)
  try {
    await home.startDaemon()
    const { profile, code } = await home.nextLogin()
    await home.login(profile, code)
    const { stdout } = spawnSync(process.execPath, [program, 'prompt', 'bash'], { env: home.environment })
    const { stdout: micros, status } = spawnSync('bash', ['-c', script, 'prompt', String(stdout)], {
      env: home.environment,
    })
    if (status !== 0) return [{ what, missing: 'needs bash 5' }]
    return [{ what, value: Number(micros) / times / 1000, limit: 1, unit: 'ms' }]
  } finally {
    await home.close()
  }
}
