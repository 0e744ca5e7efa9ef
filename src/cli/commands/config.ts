// `mfad config`: shows the settings, and changes them one by one.

import { AppError } from '../../core/errors.ts'
import type { ListedSetting } from '../../core/settings/setting-list.ts'
import { settingProblem } from '../../core/settings/settings.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { editorOf, openEditor } from '../../edges/editor.ts'
import type { Invocation } from '../command.ts'
import { type Context, loadContext } from '../connection/context.ts'
import { changeSetting, listedSettings, makeSettings, writtenSetting } from '../connection/settings-store.ts'
import { startAgain, startCommand } from '../connection/start-command.ts'
import type { Output } from '../terminal/output.ts'

export async function runConfig({ positionals, values, environment, output }: Invocation): Promise<number> {
  const [action = 'list', key, ...rest] = positionals
  const context = await loadContext(environment)
  const isJson = values.json === true
  const [least, most] = argumentsOf[action] ?? []
  if (least === undefined || most === undefined)
    throw usage(`mfad config has no ${printable(action)}`, 'it has: list, get, set, unset, edit')
  const count = positionals.length - 1
  if (count > most || (count < least && positionals.length > 0))
    throw usage(`these are not the arguments of mfad config ${action}`, 'look at: mfad config --help')
  if (action === 'list') list(context, output, isJson)
  else if (action === 'edit') await edit(context, output)
  else if (key !== undefined) {
    // Also of a key that is only asked for: a typing error is no setting without a value.
    settingProblem(key, '')
    if (action === 'get') get(context, key, output, isJson)
    else await change(context, key, action === 'set' ? (rest[0] ?? '') : undefined, output, isJson)
  }
  return 0
}

/** The least and the most words after each. */
const argumentsOf: Readonly<Record<string, readonly [number, number]>> = {
  list: [0, 0],
  get: [1, 1],
  set: [2, 2],
  unset: [1, 1],
  edit: [0, 0],
}

function list(context: Context, output: Output, isJson: boolean): void {
  const settings = listedSettings(context)
  const { settings: file } = context.files
  if (isJson) output.printJson({ file, settings: settings.map((setting) => withFile(setting, file)) })
  else {
    const keyWidth = Math.max(...settings.map(({ key }) => key.length))
    const shownValue = ({ value }: ListedSetting) => printable(value, 40)
    const valueWidth = Math.max(...settings.map((setting) => shownValue(setting).length))
    for (const setting of settings) {
      const from = output.style(setting.source === 'default' ? 'dim' : 'bold', fromWhere(setting, file))
      output.print(`${setting.key.padEnd(keyWidth)}  ${shownValue(setting).padEnd(valueWidth)}  ${from}`)
    }
    for (const { message, hint } of context.settings.warnings)
      output.printError({ message: `warning: ${message}`, hint })
  }
  if (context.problem !== undefined) throw context.problem
}

function get(context: Context, key: string, output: Output, isJson: boolean): void {
  const setting = settingOf(context, key)
  if (isJson) output.printJson(withFile(setting, context.files.settings))
  else output.print(printable(setting.value, 8192))
}

async function change(
  context: Context,
  key: string,
  value: string | undefined,
  output: Output,
  isJson: boolean,
): Promise<void> {
  const problem = value === undefined ? undefined : settingProblem(key, value)
  if (problem !== undefined)
    throw new AppError(
      'settings.invalid',
      problem,
      `try again with: ${mfadCommand('config', 'set', key, 'VALUE')}`,
    )
  await changeSetting(context, key, value)
  const { settings: file } = context.files
  if (writtenSetting(context, key) !== value)
    throw new AppError(
      'file.changed-underneath',
      `another program has changed ${file} at the same time`,
      `look at it with: ${mfadCommand('config', 'get', key)}`,
    )
  const setting = settingOf(context, key)
  if (isJson) output.printJson(withFile(setting, file))
  else output.print(`${key} = ${printable(setting.value, 200)} (${fromWhere(setting, file)})`)
  if (setting.variable !== undefined)
    output.note(`mfad: ${setting.variable} is set in this shell, and counts instead of the file`)
  if (key === 'socket') await noteSocket(context, output)
}

/** The daemon that runs, by the socket of before. */
async function noteSocket(context: Context, output: Output): Promise<void> {
  const { daemonPid } = await import('../connection/connection.ts')
  const pid = await daemonPid(context)
  const start = startCommand(context)
  const again = start === 'mfad restart' || pid === undefined ? start : startAgain(context, pid)
  output.note(`mfad: the daemon takes another socket after: ${again}`)
}

async function edit(context: Context, output: Output): Promise<void> {
  const { environment, files } = context
  await makeSettings(context)
  const editor = editorOf(environment)
  const exitCode = openEditor(editor, files.settings, environment)
  const { problem, settings } = await loadContext(environment)
  if (problem !== undefined)
    throw new AppError(
      problem.code,
      problem.message,
      'until it is mended, a running daemon goes on with the settings it had: mfad config edit',
    )
  for (const { message, hint } of settings.warnings)
    output.printError({ message: `warning: ${message}`, hint })
  if (exitCode !== 0)
    throw usage(
      `the editor (${printable(editor)}) did not end well`,
      'choose another one: EDITOR=nano mfad config edit',
    )
  output.print(`${files.settings} can be used`)
}

function settingOf(context: Context, key: string): ListedSetting {
  const found = listedSettings(context).find((setting) => setting.key === key)
  if (found === undefined) throw new Error(`no setting ${key}`)
  return found
}

function fromWhere({ source, variable, line, default: fallback }: ListedSetting, file: string): string {
  if (source === 'default') return 'default'
  const from = source === 'variable' ? `the variable ${variable}` : `${file}:${line}`
  return `${from}; default ${fallback === '' ? 'none' : fallback}`
}

function withFile(setting: ListedSetting, file: string): object {
  return setting.source === 'file' ? { ...setting, file } : setting
}

function usage(message: string, hint: string): AppError {
  return new AppError('usage.bad-arguments', message, hint)
}
