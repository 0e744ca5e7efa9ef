// What a command is: its words for --help, its options, and where its code is.
import type { Output } from './terminal/output.ts'

export type OptionSpec = {
  type: 'boolean' | 'string'
  short?: string
  /** What stands for the value in --help. */
  value?: string
  /** What it is where it stands alone. A value that follows it as a word of its own begins with a digit. */
  whenBare?: string
  /** Values that completion offers. */
  suggestions?: readonly string[]
  description: string
}

export type Invocation = {
  positionals: string[]
  /** The words behind `--`, for a command that takes another command. */
  rest?: readonly string[]
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
  /** It has a line of its own in `mfad --help`; the others are there by their names. */
  isEveryday?: true
  /** Whatever stands behind `--` is a command of its own, and no words for this one. */
  takesCommand?: boolean
  /**
   * Its words are profiles: `--profile dev` and `-p dev` mean `dev`. Completion offers those that can be logged in, or those with a
   * session.
   */
  profiles?: 'all' | 'active'
  examples: readonly (readonly [command: string, what: string])[]
  /** Runs it; answers the exit code. */
  run(invocation: Invocation): Promise<number>
}
