// The commands that hints name. They are there to be pasted into a shell, so a name out of a file must neither run
// anything nor be taken for an option.
import { printable } from './printable.ts'
import { quoted } from './quoted.ts'

/** What stands for a name that nobody can paste, as help texts write it. */
const placeholder = 'PROFILE'
const mostCharacters = 200

/**
 * `mfad COMMAND WORDS`, as a shell takes it. Options are given with the command. They come last; where a word begins with
 * `-`, they come before it, and `--` ends them:
 *
 *     mfadCommand('login', 'dev', 'CODE')        mfad login dev CODE
 *     mfadCommand('login --adopt', 'dev')        mfad login dev --adopt
 *     mfadCommand('login --adopt', '-dev')       mfad login --adopt -- -dev
 *     mfadCommand('login', '$(touch x)')         mfad login '$(touch x)'
 *     mfadCommand('logout', '--all')             mfad logout -- --all
 *     mfadCommand('login', 'a\nmfad: done')      mfad login PROFILE
 */
export function mfadCommand(command: string, ...words: readonly string[]): string {
  const [name = '', ...options] = command.split(' ')
  const safe = words.map((word) => (isPastable(word) ? quoted(word) : placeholder))
  const isLikeOption = words.some((word) => word.startsWith('-'))
  return isLikeOption
    ? ['mfad', name, ...options, '--', ...safe].join(' ')
    : ['mfad', name, ...safe, ...options].join(' ')
}

/** On one line, every character to be seen, and whole: half a name is another one. */
function isPastable(word: string): boolean {
  return word !== '' && printable(word, mostCharacters) === word
}

/** `aws COMMAND --profile NAME`, as a shell takes it: `aws configure set region VALUE --profile dev`. */
export function awsCommand(command: string, profile: string): string {
  const name = isPastable(profile) ? quoted(profile) : placeholder
  return `aws ${command} --profile${profile.startsWith('-') ? '=' : ' '}${name}`
}
