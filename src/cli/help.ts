// The words of --help.
import type { Command, OptionSpec } from './command.ts'
import { wrap } from './terminal/screen.ts'

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
    '6 AWS or network not reachable, 7 file problem, 130 interrupted.',
  ].join('\n')
}

const columns = 80

/** Within 80 columns, whatever the table says; only an example command may be longer. */
export function commandHelp({ summary, usage, details, options, examples }: Command): string {
  const lines: (readonly [string, string])[] = [
    ...Object.entries(options).map(optionLine),
    ['-h, --help', 'this text'],
  ]
  return [
    filled(`Usage: ${usage}`, '       '),
    '',
    filled(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`),
    ...(details === undefined ? [] : ['', filled(details.replaceAll('\n', ' '))]),
    '',
    'Options:',
    ...twoColumns(lines),
    '',
    'Examples:',
    ...twoColumns(examples),
  ].join('\n')
}

/** Every line but the first one begins with the indent. */
function filled(text: string, indent = ''): string {
  return wrap(text, columns - indent.length).replaceAll('\n', `\n${indent}`)
}

/** What stands on the right is filled; below the left where there is no room beside it. */
function twoColumns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length).filter((length) => length <= columns / 2))
  return rows.map(([left, right]) => {
    const beside = `  ${left.padEnd(width)}  `
    const isBeside = beside.length + right.length <= columns || left.length <= width
    if (isBeside) return `${beside}${filled(right, ' '.repeat(beside.length))}`
    return `  ${left}\n      ${filled(right, '      ')}`
  })
}

function optionLine([name, { short, value, description }]: [string, OptionSpec]): readonly [string, string] {
  return [
    `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`,
    description,
  ]
}
