// Environment variables as a text that a shell, or another program, takes.

export const variableFormats = ['sh', 'fish', 'powershell', 'dotenv', 'json'] as const
export type VariableFormat = (typeof variableFormats)[number]

type Variables = Readonly<Record<string, string>>
type Format = {
  set(name: string, value: string): string
  /** Undefined where the text only sets. Silent where the variable is not there. */
  unset: ((name: string) => string) | undefined
  /** A line that does nothing, and ends with failure. */
  fail(message: string): string[]
}

const formats: Readonly<Record<Exclude<VariableFormat, 'json'>, Format>> = {
  sh: {
    set: (name, value) => `export ${name}=${quotedForSh(value)}`,
    unset: (name) => `unset ${name}`,
    // Not `#`: at the prompt zsh takes that for a command.
    fail: (message) => [`: ${quotedForSh(message)}`, 'false'],
  },
  fish: {
    set: (name, value) => `set -gx ${name} ${quotedForFish(value)}`,
    // In each of the scopes that it may stand in.
    unset: (name) => `while set -q ${name}; set -e ${name}; end`,
    fail: (message) => [`# ${message}`, 'false'],
  },
  powershell: {
    set: (name, value) => `$env:${name} = ${quotedForPowershell(value)}`,
    unset: (name) => `Remove-Item Env:${name} -ErrorAction SilentlyContinue`,
    fail: (message) => [`throw ${quotedForPowershell(message)}`],
  },
  // As `docker run --env-file` reads it: all that follows the `=`, quotes too, is the value.
  dotenv: {
    set: (name, value) => `${name}=${value}`,
    unset: undefined,
    fail: (message) => [`# ${message}`],
  },
}

/** Sets `variables`, and takes away `rivals` where that can be said. No value may hold a line end. */
export function variablesText(
  format: VariableFormat,
  variables: Variables,
  rivals: readonly string[],
): string {
  if (format === 'json') return JSON.stringify(variables, null, 2)
  const { set, unset } = formats[format]
  const lines = Object.entries(variables).map(([name, value]) => set(name, value))
  return [...lines, ...(unset === undefined ? [] : rivals.map(unset))].join('\n')
}

/**
 * Takes away `stale`, sets `instead`, and fails: `eval "$(mfad env dev)"` ends with 1, and what follows it does not run with what
 * was there before. Empty for JSON, which has no way to say so.
 */
export function failureText(
  format: VariableFormat,
  message: string,
  stale: readonly string[],
  instead: Variables,
): string {
  if (format === 'json') return ''
  const { set, unset, fail } = formats[format]
  const lines = fail(message.replace(/\p{C}/gu, '?'))
  if (unset === undefined) return lines.join('\n')
  const settings = Object.entries(instead).map(([name, value]) => set(name, value))
  return [...stale.map(unset), ...settings, ...lines].join('\n')
}

function quotedForSh(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function quotedForFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

/** PowerShell takes four more characters for a single quote (its about_Quoting_Rules). */
export function quotedForPowershell(text: string): string {
  return `'${text.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`
}
