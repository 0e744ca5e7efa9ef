// The words of --help.

import { wrap } from '../core/text/width.ts'
import type { Command, OptionSpec } from './command.ts'

const columns = 80

/** Fits a terminal of 80 columns and 24 lines, however many commands there are. */
export function overview(commands: readonly Command[]): string {
  const everyday = commands.filter(({ isEveryday }) => isEveryday)
  const others = commands.filter(({ isEveryday }) => !isEveryday)
  const width = Math.max(...everyday.map(({ name }) => name.length))
  return [
    'mfad keeps temporary AWS credentials fresh: it writes them into [NAME-mfa]',
    'sections of ~/.aws/credentials, and asks for an MFA code before they expire.',
    '',
    'Usage: mfad [COMMAND] [--help | -h], mfad --version | -V | --licences',
    '',
    ...everyday.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    filled(`  also ${others.map(({ name }) => name).join(', ')}`, '  '),
    '',
    'Examples:',
    '  mfad login dev 123456  write [dev-mfa]; then: aws --profile dev-mfa s3 ls',
    '  mfad                   what is fresh; asks for the codes that are due',
    '',
    'Exit codes: 0 done, 1 a bug, 2 usage, 3 daemon not reachable, 4 profile or',
    'settings, 5 AWS refused, 6 network, 7 file, 8 too little time, 130 interrupted.',
  ].join('\n')
}

/** Within 80 columns, whatever the table says; only an example command may be longer. */
export function commandHelp({ summary, usage, details, options, examples, profiles }: Command): string {
  const lines: (readonly [string, string])[] = [
    ...Object.entries(options).map(optionLine),
    ...(profiles !== undefined ? [['-p, --profile PROFILE', 'the same as PROFILE, as in aws'] as const] : []),
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
