// The dialog that asks for a code, by zenity or kdialog. Its text is passed as an argument; what was typed comes back
// on standard output. So a code is never in an argument, in an environment or in a log.
import { printable } from '../../core/text/printable.ts'
import { runProgram } from '../programs/child-program.ts'
import { isInstalled } from '../programs/installed-program.ts'
import { escapeMarkup, wrap } from './markup.ts'
import type { DesktopSettings } from './reminder.ts'

export type DialogProgram = 'zenity' | 'kdialog'

/** Wide enough for most ARNs. Neither program breaks long lines by itself. */
const columns = 72
const mostLineCharacters = 500

/** The program that asks for codes, or why there is none, for people to read. */
type FoundDialog = { program: DialogProgram; missing?: undefined } | { program?: undefined; missing: string }

/** On KDE, kdialog comes first. */
export function findDialog(
  prompt: DesktopSettings['prompt'],
  environment: Record<string, string>,
): FoundDialog {
  const isKde = /\bKDE\b/.test(environment.XDG_CURRENT_DESKTOP ?? '')
  const preferred: DialogProgram[] = isKde ? ['kdialog', 'zenity'] : ['zenity', 'kdialog']
  const allowed = preferred.filter((program) => prompt === 'auto' || prompt === program)
  if (allowed.length === 0)
    return {
      missing: `prompt = ${prompt} in the settings${prompt === 'none' ? '' : ', which is for macOS'}`,
    }
  if (!environment.DISPLAY && !environment.WAYLAND_DISPLAY)
    return { missing: 'the daemon has no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' }
  const program = allowed.find((each) => isInstalled(each, environment.PATH))
  if (program !== undefined) return { program }
  if (prompt === 'auto')
    return { missing: 'neither zenity nor kdialog is installed (apt-get install zenity)' }
  return {
    missing: `${prompt} is not installed (apt-get install ${prompt}), and prompt = ${prompt} in the settings`,
  }
}

/** What was typed; undefined where the dialog was dismissed or withdrawn. Rejects where it could not be opened. */
export async function openDialog(
  program: DialogProgram,
  text: string,
  environment: Record<string, string>,
  withdraw: AbortSignal,
): Promise<string | undefined> {
  const { exitCode, stdout, stderr } = await runProgram(program, dialogArguments(program, text), {
    environment,
    stop: withdraw,
  })
  if (withdraw.aborted) return undefined
  if (exitCode === 0) return stdout
  // A cancelled dialog ends with 1, and so does one that failed: only what was printed tells them apart, among warnings
  // about themes and the like.
  const problem = /^.*(?:cannot open display|could not connect to display|ENOENT|EACCES).*$/im.exec(
    stderr,
  )?.[0]
  if (exitCode === 1 && problem === undefined) return undefined
  throw new Error(`${program} could not ask for the code${problem ? `: ${printable(problem, 200)}` : ''}`)
}

/** The program's arguments. Line breaks are kept; nothing in the text is an option, markup or a shortcut. */
export function dialogArguments(program: DialogProgram, text: string): string[] {
  const lines = wrap(
    text
      .split('\n')
      .map((line) => printable(line, mostLineCharacters))
      .join('\n'),
    columns,
  )
  return program === 'zenity' ? zenityArguments(lines) : kdialogArguments(lines)
}

/**
 * `--entry` reads backslash escapes as C does, and takes an underscore for the mark of a shortcut; it reads no markup.
 */
function zenityArguments(text: string): string[] {
  const literal = text.replaceAll('\\', '\\\\').replaceAll('_', '__')
  return ['--entry', '--title=mfad', `--text=${literal}`, '--ok-label=Log in']
}

/**
 * Qt guesses whether a text is rich text, and `<qt>` makes it certain. An ampersand marks a shortcut; kdialog reads
 * backslashes.
 */
function kdialogArguments(text: string): string[] {
  const rich = escapeMarkup(text.replaceAll('&', '&&')).replaceAll('\\', '\\\\').replaceAll('\n', '<br/>')
  return ['--title', 'mfad', '--inputbox', `<qt>${rich}</qt>`]
}
