// The words of --help.
import type { Command, OptionSpec } from './command.ts'

export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'mfad keeps temporary AWS credentials fresh: it writes them into [NAME-mfa] sections of ~/.aws/credentials, reminds',
    'you before they expire, and takes the next MFA code.',
    '',
    'Usage: mfad [COMMAND]',
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'Options:',
    '  -h, --help     this text, or that of a command: mfad COMMAND --help',
    '  -V, --version  the version',
    '',
    'Examples:',
    '  mfad install                     start the daemon now and at every login',
    '  mfad login dev 123456            write [dev-mfa]; then: aws --profile dev-mfa s3 ls',
    '  mfad                             what is fresh, and for how long; asks for the codes that are due',
    '',
    'Exit codes: 0 done, 1 a bug, 2 usage, 3 daemon not reachable, 4 profile or settings problem, 5 AWS refused,',
    '6 AWS or network not reachable, 7 file problem, 8 too little time left, 130 interrupted.',
  ].join('\n')
}

export function commandHelp({ summary, usage, details, options, examples }: Command): string {
  const lines: (readonly [string, string])[] = [
    ...Object.entries(options).map(optionLine),
    ['-h, --help', 'this text'],
  ]
  const width = Math.max(...lines.map(([left]) => left.length))
  const exampleWidth = Math.max(...examples.map(([command]) => command.length))
  return [
    `Usage: ${usage}`,
    '',
    `${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`,
    ...(details === undefined ? [] : ['', details]),
    '',
    'Options:',
    ...lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    'Examples:',
    ...examples.map(([command, what]) => `  ${command.padEnd(exampleWidth)}  ${what}`),
  ].join('\n')
}

function optionLine([name, { short, value, description }]: [string, OptionSpec]): readonly [string, string] {
  return [
    `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    description,
  ]
}
