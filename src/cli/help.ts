// The words of --help.
import type { Command, OptionSpec } from './command.ts'

const mostColumns = 80

/** Fits a terminal of 80 columns and 24 lines, however many commands there are. */
export function overview(commands: readonly Command[]): string {
  const everyday = commands.filter(({ isEveryday }) => isEveryday)
  const others = commands.filter(({ isEveryday }) => !isEveryday)
  const width = Math.max(...everyday.map(({ name }) => name.length))
  return [
    'mfad keeps temporary AWS credentials fresh: it writes them into [NAME-mfa]',
    'sections of ~/.aws/credentials, and asks for an MFA code before they expire.',
    '',
    'Usage: mfad [COMMAND] [--help | -h], mfad --version | -V',
    '',
    ...everyday.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    ...wrapped(`also ${others.map(({ name }) => name).join(', ')}`, '  '),
    '',
    'Examples:',
    '  mfad login dev 123456  write [dev-mfa]; then: aws --profile dev-mfa s3 ls',
    '  mfad                   what is fresh; asks for the codes that are due',
    '',
    'Exit codes: 0 done, 1 a bug, 2 usage, 3 daemon not reachable, 4 profile or',
    'settings, 5 AWS refused, 6 network, 7 file, 8 no time left, 130 interrupted.',
  ].join('\n')
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    const longer = line === indent ? `${line}${word}` : `${line} ${word}`
    if (longer.length <= mostColumns) line = longer
    else {
      lines.push(line)
      line = `${indent}${word}`
    }
  }
  return [...lines, line]
}

export function commandHelp({ summary, usage, details, options, examples, takesProfiles }: Command): string {
  const lines: (readonly [string, string])[] = [
    ...Object.entries(options).map(optionLine),
    ...(takesProfiles === true ? [['-p, --profile PROFILE', 'the same as PROFILE, as in aws'] as const] : []),
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
