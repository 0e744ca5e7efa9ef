// What can stand at a place of a command line, out of the command table: its usage says which words a command takes.
import { settingNames } from '../core/settings/settings.ts'
import type { Command, OptionSpec } from './command.ts'

export type Candidate = { word: string; description?: string }

export type Wanted = {
  candidates: readonly Candidate[]
  /** Names of profiles belong there, too. */
  profiles?: 'all' | 'active'
  /** From this word on (0 is mfad) it is the command line of another program. */
  programAt?: number
}

const durations = ['15m', '30m', '1h', '2h', '4h', '8h', '12h']
const profileOption: OptionSpec = {
  type: 'string',
  short: 'p',
  value: 'PROFILE',
  description: 'the same as PROFILE, as in aws',
}
const nothing: Wanted = { candidates: [] }
const help: Candidate = { word: '--help', description: 'how to use it' }
/** Before a command. */
const ownOptions: Candidate[] = [
  { word: '--version', description: 'the version' },
  { word: '--licences', description: 'of mfad and of what is shipped with it' },
]

/** `words`: those after `mfad`, the last of them the one to be completed, as far as it is typed. */
export function wantedAt(commands: readonly Command[], words: readonly string[]): Wanted {
  const current = words.at(-1) ?? ''
  const [name, ...before] = words.slice(0, -1)
  if (name === undefined && current.startsWith('-')) {
    return { candidates: [help, ...ownOptions] }
  }
  if (name === undefined || name === 'help') {
    return { candidates: commands.map(({ name: word, summary }) => ({ word, description: summary })) }
  }
  const command = commands.find((each) => each.name === name)
  return command === undefined ? nothing : wantedOf(command, before, current)
}

function wantedOf(command: Command, before: readonly string[], current: string): Wanted {
  const places = placesOf(command.usage)
  let place = 0
  let option: OptionSpec | undefined
  let isOptionsEnd = false
  for (const [index, word] of before.entries()) {
    const takesWord = option !== undefined && (option.whenBare === undefined || /^\d/.test(word))
    option = undefined
    if (takesWord) continue
    if (!isOptionsEnd && word === '--') {
      if (places.some(({ isProgram }) => isProgram)) return { ...nothing, programAt: index + 3 }
      isOptionsEnd = true
    } else if (!isOptionsEnd && /^-./.test(word)) option = awaiting(command, word)
    else place += 1
  }
  if (option !== undefined && option.whenBare === undefined) return valuesOf(option, command)
  if (!isOptionsEnd && current.startsWith('-')) return optionsAt(command, current)
  const at = places[place] ?? places.findLast(({ repeats }) => repeats)
  const wanted = at === undefined ? nothing : wordsOf(at.words, command)
  // An option that may stand alone can have a value here.
  if (option === undefined) return wanted
  return { ...wanted, candidates: [...valuesOf(option, command).candidates, ...wanted.candidates] }
}

/** The option whose value is the next word. */
function awaiting(command: Command, word: string): OptionSpec | undefined {
  const spec = word.startsWith('--')
    ? optionOf(command, word.slice(2))
    : Object.values(optionsOf(command)).find(({ short }) => short === word.at(-1))
  return spec?.type === 'string' ? spec : undefined
}

function optionOf(command: Command, name: string): OptionSpec | undefined {
  const options = optionsOf(command)
  return Object.hasOwn(options, name) ? options[name] : undefined
}

/** With the one that every command has whose words are profiles. */
export function optionsOf({ options, profiles }: Command): Command['options'] {
  return profiles === undefined ? options : { ...options, profile: profileOption }
}

/** All options, or the values of `--option=`. */
function optionsAt(command: Command, current: string): Wanted {
  const [, option, name = ''] = /^(--([^=]+)=)/.exec(current) ?? []
  if (option === undefined) {
    const own = Object.entries(optionsOf(command)).map(([word, { description }]) => ({
      word: `--${word}`,
      description,
    }))
    return { candidates: [...own, help] }
  }
  const spec = optionOf(command, name)
  if (spec?.type !== 'string') return nothing
  return { candidates: valuesOf(spec, command).candidates.map(({ word }) => ({ word: `${option}${word}` })) }
}

function valuesOf({ suggestions, value = '' }: OptionSpec, command: Command): Wanted {
  return suggestions === undefined
    ? wordsOf([value.replace(/^\[|\]$/g, '')], command)
    : { candidates: suggestions.map((word) => ({ word })) }
}

/** Words in lower case stand for themselves, those in upper case for something. */
function wordsOf(words: readonly string[], { profiles = 'all' }: Command): Wanted {
  const candidates = words.flatMap((word) => {
    if (word === 'DURATION') return durations
    if (word === 'KEY') return settingNames
    return /^(?:[a-z][a-z-]*|--)$/.test(word) ? [word] : []
  })
  return {
    candidates: candidates.map((word) => ({ word })),
    ...(words.includes('PROFILE') ? { profiles } : {}),
  }
}

type Place = { words: string[]; repeats: boolean; isProgram: boolean }

/**
 * The places of a usage, without its options. `mfad login [PROFILE ...] [CODE | -]` has a place for profiles, which repeats,
 * and one for the code; `mfad config [list | get KEY]` has one for the words, and one for what follows any of them.
 */
export function placesOf(usage: string): Place[] {
  const [, , ...groups] = usage.match(/\[[^\]]*\]|[^\s[\]]+/g) ?? []
  const places: Place[] = []
  for (const [index, group] of groups.entries()) {
    const inner = group.replace(/^\[(.*)\]$/, '$1')
    const isProgram = /^--(?: |$)/.test(inner)
    if (inner === '...' || (/^-./.test(inner) && !isProgram)) continue
    const repeats = inner.endsWith('...') || groups[index + 1] === '...'
    const ways = inner.split('|').map((way) => way.replace('...', '').trim().split(/\s+/))
    const longest = Math.max(...ways.map((way) => way.length))
    for (let at = 0; at < longest; at += 1)
      places.push({ words: [...new Set(ways.flatMap((way) => way[at] ?? []))], repeats, isProgram })
  }
  return places
}
