// What `npm run bench` can be asked for.
import { parseArgs } from 'node:util'

export type BenchOptions = {
  /** A few rounds of what matters most, in half a minute. */
  isQuick: boolean
  /** Whatever takes minutes: many logins, requests and file events. */
  isLong: boolean
  isJson: boolean
  /** The groups to measure; undefined for all that this run is about. */
  only: readonly string[] | undefined
}

/** Undefined, having said how it is used, where the command line cannot be read. Ends the process after `--help`. */
export function readOptions(groups: readonly string[]): BenchOptions | undefined {
  const usage = `Usage: npm run bench -- [--quick | --long] [--only GROUP[,GROUP]] [--json]

Measures what docs/performance.md promises, and ends with 1 where a row falls short.
  --quick   the commands and the memory in half a minute, with limits twice as wide
  --long    also 1,000 logins, 100,000 requests and file events, and 200,000 sections
  --only    ${groups.join(', ')}
  --json    for programs

Examples:
  npm run bench -- --only commands,programs
  npm run --silent bench -- --json > numbers.json`
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        long: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        only: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const only = values.only?.split(',')
    const areKnown = only?.every((name) => groups.includes(name)) ?? true
    if (areKnown && !(values.quick && values.long))
      return { isQuick: values.quick, isLong: values.long, isJson: values.json, only }
  } catch {
    // Said below.
  }
  console.error(usage)
  return undefined
}
