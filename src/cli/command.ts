// What a command is: its words for --help, its options, and where its code is.
import type { Output } from './terminal/output.ts'

export type OptionSpec = {
  type: 'boolean' | 'string'
  short?: string
  /** What stands for the value in --help. */
  value?: string
  /** Values that completion offers. */
  suggestions?: readonly string[]
  description: string
}

export type Invocation = {
  positionals: string[]
  /** By option name; only options that the command declares and the user gave. */
  values: Readonly<Record<string, string | boolean | undefined>>
  environment: Readonly<Record<string, string | undefined>>
  output: Output
}

export type Command = {
  name: string
  summary: string
  usage: string
  /** Sentences for `COMMAND --help`. */
  details?: string
  options: Readonly<Record<string, OptionSpec>>
  positionals: { least: number; most: number }
  /** Which ones completion offers for a PROFILE of the usage: those that can be logged in, or those with a session. */
  profiles?: 'all' | 'active'
  examples: readonly (readonly [command: string, what: string])[]
  /** Runs it; answers the exit code. */
  run(invocation: Invocation): Promise<number>
}
