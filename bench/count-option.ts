// The one option of a long run: how many.
import { parseArgs } from 'node:util'

/** Undefined, having said how it is used, where the command line cannot be read. Ends the process after `--help`. */
export function readCount(name: string, usual: number, usage: string): number | undefined {
  try {
    const options = {
      [name]: { type: 'string', default: String(usual) },
      help: { type: 'boolean', short: 'h' },
    } as const
    const { values } = parseArgs({ options })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const count = Number(values[name])
    if (Number.isInteger(count) && count > 0) return count
  } catch {
    // Said below.
  }
  console.error(usage)
  return undefined
}
