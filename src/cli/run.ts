// From the words on the command line to an exit code.
import { parseArgs } from 'node:util'
import { AppError, errorBody, exitCodeOf } from '../core/errors.ts'
import type { Command, Invocation } from './command.ts'
import { commands } from './command-table.ts'
import { plainWords } from './plain-words.ts'
import type { Output } from './terminal/output.ts'

/** Runs `mfad ARGUMENTS`; answers the exit code. Prints every error itself. */
export async function run(
  args: readonly string[],
  environment: Invocation['environment'],
  output: Output,
): Promise<number> {
  // One JSON text at most: where the answer itself says what failed, the rest goes to standard error.
  let isAnswered = false
  const noting: Output = {
    ...output,
    printJson(value) {
      isAnswered = true
      output.printJson(value)
    },
  }
  try {
    return await dispatch(args, environment, noting)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (beforeDashes(args).includes('--json') && !isAnswered) output.printJson({ error: errorBody(error) })
    else output.printError(error)
    return exitCodeOf(error.code)
  }
}

async function dispatch(
  args: readonly string[],
  environment: Invocation['environment'],
  output: Output,
): Promise<number> {
  const [first, ...rest] = args
  if (first === '--version' || first === '-V') {
    output.print(MFAD_VERSION)
    return 0
  }
  if (first === '--licences') {
    const { licences } = await import('./commands/licences.ts')
    output.print(licences())
    return 0
  }
  if (first === '--help' || first === '-h' || first === 'help') return printHelp(rest[0], output)
  if (environment.MFAD_INSIDE) throw insideHelper()
  if (first === undefined) {
    const { runBare } = await import('./commands/bare.ts')
    return runBare({ positionals: [], values: {}, environment, output })
  }
  return runCommand(await findCommand(first, rest, environment), rest, environment, output)
}

async function runCommand(
  command: Command,
  args: string[],
  environment: Invocation['environment'],
  output: Output,
): Promise<number> {
  if (beforeDashes(args).some((arg) => arg === '--help' || arg === '-h'))
    return printHelp(command.name, output)
  const end = command.takesCommand && args.includes('--') ? args.indexOf('--') : args.length
  const { positionals, values } = parse(command, args.slice(0, end))
  const rest = args.slice(end + 1)
  return command.run({ positionals, values, environment, output, ...(rest.length === 0 ? {} : { rest }) })
}

function beforeDashes(args: readonly string[]): readonly string[] {
  return args.slice(0, args.includes('--') ? args.indexOf('--') : undefined)
}

async function printHelp(name: string | undefined, output: Output): Promise<number> {
  const { commandHelp, overview } = await import('./help.ts')
  output.print(name === undefined ? overview(commands) : commandHelp(await findCommand(name)))
  return 0
}

function parse(command: Command, args: string[]): Pick<Invocation, 'positionals' | 'values'> {
  const hint = `look at: mfad ${command.name} --help`
  let parsed: Pick<Invocation, 'positionals' | 'values'>
  try {
    const words = withBareValues(command, args)
    parsed = plainWords(command.options, words) ?? parseWords(command, words)
  } catch (error) {
    throw usage(parseProblem(error), hint)
  }
  const { least, most } = command.positionals
  if (parsed.positionals.length < least) throw usage(`too few arguments for: ${command.usage}`, hint)
  if (parsed.positionals.length > most) throw usage(`too many arguments for: ${command.usage}`, hint)
  return parsed
}

/** `--profile dev` means `dev`, as in `aws`. */
function parseWords(command: Command, args: string[]): Pick<Invocation, 'positionals' | 'values'> {
  const declared = Object.entries(command.options).map(([name, { type, short }]) => [
    name,
    short === undefined ? { type } : { type, short },
  ])
  const profileOption = { profile: { type: 'string', short: 'p', multiple: true } } as const
  const options = {
    ...Object.fromEntries(declared),
    ...(command.profiles !== undefined ? profileOption : {}),
  }
  const { positionals, values } = parseArgs({
    args,
    options,
    allowPositionals: true,
    strict: true,
  })
  const { profile, ...others } = values as Record<string, string | boolean | string[] | undefined>
  const named = Array.isArray(profile) ? profile : []
  return { positionals: [...named, ...positionals], values: others as Invocation['values'] }
}

/** The same words, with what stands for an option's value that was left out: `--wait` is `--wait=1h`. */
function withBareValues({ options }: Command, args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  return args.map((arg, index) => {
    const bare = index < end && arg.startsWith('--') ? options[arg.slice(2)]?.whenBare : undefined
    return bare === undefined || /^\d/.test(args[index + 1] ?? '') ? arg : `${arg}=${bare}`
  })
}

/** parseArgs' first sentence, in our style. */
function parseProblem(error: unknown): string {
  const text =
    error instanceof Error ? (error.message.split(/\. |\n/)[0] ?? '') : 'the command line cannot be read'
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, '')
}

async function findCommand(
  name: string,
  rest: readonly string[] = [],
  environment: Invocation['environment'] = {},
): Promise<Command> {
  const command = commands.find((candidate) => candidate.name === name)
  if (command !== undefined) return command
  const { unknownCommand } = await import('./unknown-command.ts')
  const names = commands.map((each) => each.name)
  const profiles = async () => (await import('./connection/known-profiles.ts')).knownProfiles(environment)
  const start = async () => (await import('./connection/start-command.ts')).startCommand({ environment })
  throw await unknownCommand({ name, rest, names, profiles, start })
}

/** The daemon waits for the command that runs this: were it to wait for the daemon, neither would end. */
function insideHelper(): AppError {
  return new AppError(
    'usage.inside-helper',
    'mfad does not run inside a command that mfad runs',
    'have that command call something else; MFAD_INSIDE is set in its environment',
  )
}

function usage(message: string, hint: string): AppError {
  return new AppError('usage.bad-arguments', message, hint)
}
