// Most command lines are so plain that they need no parser. Node loads parseArgs at its first use, and programs that call mfad all the
// time would wait for that.
import type { Invocation, OptionSpec } from './command.ts'

type Words = Pick<Invocation, 'positionals' | 'values'>

/**
 * Words, `--name`, `--name value` and `--name=value`, as parseArgs reads them. Undefined where anything else stands there: that is
 * for parseArgs, which also knows what is wrong with it.
 */
export function plainWords(
  options: Readonly<Record<string, OptionSpec>>,
  args: readonly string[],
): Words | undefined {
  const positionals: string[] = []
  const values: Record<string, string | boolean> = {}
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    if (!arg.startsWith('-')) {
      positionals.push(arg)
      continue
    }
    const [, name = '', inline] = /^--([a-z][a-z-]*)(?:=(.+))?$/s.exec(arg) ?? []
    const type = Object.hasOwn(options, name) ? options[name]?.type : undefined
    if (type === 'boolean' && inline === undefined) values[name] = true
    else if (type === 'string') {
      const value = inline ?? args[++index]
      if (!value || (inline === undefined && value.startsWith('-'))) return undefined
      values[name] = value
    } else return undefined
  }
  return { positionals, values }
}
