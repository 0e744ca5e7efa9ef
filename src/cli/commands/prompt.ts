// `mfad prompt`: a function for the prompt of a shell, which then needs no program to show what is valid until when.

import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import { socketCandidates, statusPath } from '../../edges/paths.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'
import { promptScripts } from '../text/prompt-scripts.ts'

export async function runPrompt({ positionals, environment, output }: Invocation): Promise<number> {
  const [shell = ''] = positionals
  const script = Object.hasOwn(promptScripts, shell) ? promptScripts[shell] : undefined
  if (script === undefined) {
    throw new AppError(
      'usage.bad-arguments',
      `there is no prompt for ${printable(shell)}`,
      'there is one for each of: bash, zsh, fish',
    )
  }
  const { files, settings } = await loadContext(environment)
  const sockets = socketCandidates(environment, files.socket, userId())
  output.print(
    script({
      statusFiles: sockets.map(statusPath),
      suffix: settings.suffix,
      epochSeconds: Math.floor(Date.now() / 1000),
    }),
  )
  return 0
}
