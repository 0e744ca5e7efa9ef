// The guided demo: an embedded STS, a throw-away home, and the real daemon and command line as processes. It succeeds only
// if every step really worked.
import { readFileSync } from 'node:fs'
import { parseDocument } from '../core/document/parse.ts'
import { AppError } from '../core/errors.ts'
import { readSessionCredentials } from '../core/profiles/session-section.ts'
import { daemonArgv, programArgv } from '../core/service/daemon-argv.ts'
import { isolateSdk } from '../edges/aws/sdk-environment.ts'
import {
  createDemoHome,
  type DemoHome,
  demoCredentials,
  demoLeadSeconds,
  demoSerialNumber,
  demoUser,
} from './demo-home.ts'
import { type DaemonProcess, type Ended, runProgram, startDaemonProcess } from './demo-processes.ts'
import { type EmbeddedSts, startEmbeddedSts } from './sts/embedded-sts.ts'

export type DemoOptions = {
  /** Leave everything running afterwards, until a signal. */
  keep: boolean
  /** The executable that the user ran. */
  scriptPath: string
  environment: Readonly<Record<string, string | undefined>>
  say(text: string): void
  style(style: 'bold' | 'dim' | 'green', text: string): string
}

type Demo = DemoOptions & { sts: EmbeddedSts; home: DemoHome; daemon: DaemonProcess }

/** How long the first session lives: short enough to watch, and more than twice the lead time, or none would be sent. */
const firstSessionSeconds = 2 * demoLeadSeconds + 2
const commandLimitMs = 15_000

/** Runs the demo; 0 if every step worked. Throws internal.demo, which names the step that did not. */
export async function runDemo(options: DemoOptions): Promise<number> {
  const sts = await startEmbeddedSts({ users: [demoUser] })
  const home = createDemoHome(options.environment, sts.endpoint)
  const daemon = startDaemonProcess(daemonArgv(process.execPath, options.scriptPath), home.environment)
  const demo: Demo = { ...options, sts, home, daemon }
  try {
    await showEachStep(demo)
    if (options.keep) await playOn(demo)
    return 0
  } finally {
    await daemon.stop()
    await sts.close()
    home.remove()
  }
}

async function showEachStep(demo: Demo): Promise<void> {
  title(
    demo,
    'A throw-away home, the daemon, and an STS on this computer (which is not AWS, as a warning says)',
  )
  demo.say(`home: ${demo.home.path}    STS: ${demo.sts.endpoint}`)
  require((await demo.daemon.line('started', 10_000)) !== undefined, 'the daemon did not start')
  await mfad(demo, 'status')
  await logInOnce(demo)
  await useSession(demo)
  await awaitReminder(demo)
  await logInAgain(demo)
  await logOut(demo)
  demo.say(
    demo.style(
      'green',
      '\nEvery step worked. For your own files: install it (see the README), then: mfad setup',
    ),
  )
}

async function logInOnce(demo: Demo): Promise<void> {
  title(
    demo,
    `One code from the phone. This session lives ${firstSessionSeconds} seconds; yours will live 12 hours`,
  )
  demo.sts.setSessionSeconds(firstSessionSeconds)
  await mfad(demo, 'login', 'dev', demo.sts.tokenCode(demoSerialNumber))
  const file = readFileSync(demo.home.credentialsFile, 'utf8')
  require(file.startsWith(demoCredentials), 'the rest of the credentials file has changed')
  demo.say('\nWhat changed in the credentials file; every other byte is as it was:')
  for (const line of file.slice(demoCredentials.length).trimEnd().split('\n')) {
    demo.say(demo.style('green', `+ ${line.length > 72 ? `${line.slice(0, 60)}…` : line}`))
  }
}

async function useSession(demo: Demo): Promise<void> {
  title(demo, 'AWS accepts it')
  const argv = [
    'aws',
    '--profile',
    'dev-mfa',
    '--endpoint-url',
    demo.sts.endpoint,
    'sts',
    'get-caller-identity',
  ]
  const byCli = await runProgram(argv, demo.home.environment, commandLimitMs)
  if (byCli.exitCode === null && byCli.output === 'ENOENT') return useSessionThroughSdk(demo)
  demo.say(demo.style('dim', '$ aws --profile dev-mfa sts get-caller-identity'))
  demo.say(byCli.output)
  require(byCli.exitCode === 0 &&
    byCli.output.includes(demoUser.arn), 'the AWS CLI did not accept the session')
}

async function useSessionThroughSdk(demo: Demo): Promise<void> {
  demo.say('(the AWS CLI is not installed here, so this is the same call through the AWS SDK)')
  const section = parseDocument(readFileSync(demo.home.credentialsFile)).sections.get('dev-mfa')
  const credentials = section && readSessionCredentials(section)
  require(credentials !== undefined, 'the session section cannot be read')
  isolateSdk(process.env)
  const { createSts } = await import('../edges/aws/sts.ts')
  const target = {
    region: 'eu-west-1',
    endpointUrl: demo.sts.endpoint,
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  }
  const result = await createSts().getCallerIdentity(
    { ...target, credentials },
    AbortSignal.timeout(commandLimitMs),
  )
  require('answer' in result && result.answer === demoUser.arn, 'STS did not accept the session')
  demo.say(`get-caller-identity → ${demoUser.arn}`)
}

async function awaitReminder(demo: Demo): Promise<void> {
  title(demo, `${demoLeadSeconds} seconds before it expires, a reminder`)
  const line = await demo.daemon.line('reminder', (firstSessionSeconds + 2) * 1000)
  require(line?.kind === 'expiring', 'no reminder came')
  demo.say(`${line.title}`)
  demo.say(
    line.way === undefined
      ? `(no desktop here to show it on: ${line.problem})`
      : `(shown on this desktop by ${line.way})`,
  )
}

async function logInAgain(demo: Demo): Promise<void> {
  title(demo, "The phone's next code, and it is fresh again")
  demo.sts.setSessionSeconds(undefined)
  const nextCode = demo.sts.tokenCode(demoSerialNumber, new Date(Date.now() + 30_000))
  await mfad(demo, 'login', 'dev', nextCode)
  const { output } = await mfad(demo, 'status')
  require(/dev\s+dev-mfa\s+valid/.test(output), 'the session is not valid')
}

async function logOut(demo: Demo): Promise<void> {
  title(demo, 'Logging out gives back the file you had')
  await mfad(demo, 'logout', 'dev')
  require(readFileSync(demo.home.credentialsFile, 'utf8') ===
    demoCredentials, 'the credentials file is not the original one')
  demo.say('the credentials file is byte for byte the original one')
}

async function playOn({ home, sts, say, scriptPath }: Demo): Promise<void> {
  say(
    `\nStill running, until Ctrl-C. In another terminal:\n\n  export HOME=${home.path} MFAD_SOCKET=${home.environment.MFAD_SOCKET}`,
  )
  say(
    `  export AWS_ENDPOINT_URL=${sts.endpoint}\n  ${programArgv(process.execPath, scriptPath).join(' ')} login dev\n\nThe phone shows (a code works once, and the first two may have been used above; a fresh one comes within a minute):`,
  )
  await new Promise<void>((resolve) => {
    const showCode = () =>
      say(`  ${new Date().toTimeString().slice(0, 8)}  ${sts.tokenCode(demoSerialNumber)}`)
    showCode()
    const timer = setInterval(showCode, 30_000)
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => resolve(clearInterval(timer)))
  })
}

function title({ say, style }: Demo, text: string): void {
  say(style('bold', `\n${text}`))
}

async function mfad(demo: Demo, ...args: string[]): Promise<Ended> {
  demo.say(demo.style('dim', `$ mfad ${args.join(' ')}`))
  const ended = await runProgram(
    [...programArgv(process.execPath, demo.scriptPath), ...args],
    demo.home.environment,
    commandLimitMs,
  )
  demo.say(ended.output)
  require(ended.exitCode === 0, `mfad ${args[0]} failed`)
  return ended
}

function require(isTrue: boolean, problem: string): asserts isTrue {
  if (!isTrue)
    throw new AppError(
      'internal.demo',
      `the demo failed: ${problem}`,
      'please report it, with what is printed above',
    )
}
