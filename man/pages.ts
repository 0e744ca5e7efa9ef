// The manual pages: mfad(1) out of the table of commands, mfad-config(5) out of the page of settings, which a test holds
// against the code.
import type { Command, OptionSpec } from '../src/cli/command.ts'
import { commands } from '../src/cli/command-table.ts'
import { optionsOf } from '../src/cli/completion-words.ts'
import { bold, example, paragraphOf, roffOf, sectionOf, tagged } from './roff.ts'

export type Facts = {
  version: string
  /** YYYY-MM-DD. */
  date: string
  /** The pages of docs/, by name. */
  docs: { settings: string; integrations: string }
}

export function commandPage(facts: Facts): string {
  return page('mfad', 1, facts, [
    sectionOf('name'),
    'mfad \\- keep temporary AWS MFA credentials fresh',
    sectionOf('synopsis'),
    bold('mfad'),
    '.br',
    `${bold('mfad')} \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]`,
    sectionOf('description'),
    paragraphOf(
      `A daemon writes temporary credentials into \`[NAME-mfa]\` sections of \`~/.aws/credentials\`, reminds you before they
      expire, and takes the next MFA code. Every AWS tool then works with the profile \`NAME-mfa\`. Without a COMMAND,
      mfad says what is fresh and for how long; at a terminal it asks for the codes that are due.`,
    ),
    sectionOf('commands'),
    ...commands.map(commandText),
    sectionOf('options'),
    tagged(`${bold('-h')}, ${bold('--help')}`, 'An overview; after a COMMAND its own help.'),
    tagged(`${bold('-V')}, ${bold('--version')}`, 'The version.'),
    tagged(bold('--licences'), 'The licences of mfad and of what is shipped with it.'),
    sectionOf('exit status'),
    roffOf(table(facts.docs.integrations, '| exit code |')),
    sectionOf('environment'),
    roffOf(section(facts.docs.settings, 'Environment variables')),
    sectionOf('see also'),
    paragraphOf('`mfad-config`(5), `aws`(1)'),
  ])
}

export function settingsPage(facts: Facts): string {
  const [, intro = '', rest = ''] = /^# Settings\n(.*?)\n(?=## )(.*)$/s.exec(facts.docs.settings) ?? []
  return page('mfad-config', 5, facts, [
    sectionOf('name'),
    'mfad\\-config \\- the settings of mfad',
    sectionOf('description'),
    roffOf(intro),
    roffOf(rest.replace(/^## Environment variables\n.*?\n(?=## )/ms, '')),
    sectionOf('see also'),
    paragraphOf('`mfad`(1)'),
  ])
}

function page(name: string, number: number, { version, date }: Facts, parts: readonly string[]): string {
  const header = `.TH ${name.toUpperCase().replaceAll('-', '\\-')} ${number} ${date} "mfad ${version}" "mfad"`
  // A heading begins a paragraph by itself.
  const text = [header, ...parts].join('\n').replace(/^(\.S[HS] .*)\n\.PP$/gm, '$1')
  return `${text}\n`
}

function commandText(command: Command): string {
  const { usage, summary, details, examples } = command
  return [
    `.SS "${bold(usage)}"`,
    paragraphOf(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`),
    ...(details === undefined ? [] : ['.PP', paragraphOf(details)]),
    ...Object.entries(optionsOf(command)).map(([name, spec]) =>
      tagged(optionTerm(name, spec), `${spec.description}.`),
    ),
    ...examples.map(([command, what]) => example(command, what.endsWith('?') ? what : `${what}:`)),
  ].join('\n')
}

function optionTerm(name: string, { short, value }: OptionSpec): string {
  const long = bold(`--${name}`)
  return `${short === undefined ? '' : `${bold(`-${short}`)}, `}${long}${value === undefined ? '' : ` \\fI${value}\\fR`}`
}

/** What stands below a heading of the second level. */
function section(markdown: string, title: string): string {
  return markdown.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? ''
}

/** The table whose head begins so. */
function table(markdown: string, head: string): string {
  return markdown.slice(markdown.indexOf(head)).split('\n\n')[0] ?? ''
}
