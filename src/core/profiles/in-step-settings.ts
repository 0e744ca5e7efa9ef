// The settings by which AWS tools choose where to go, whom to trust and how to ask again. A session profile inherits nothing,
// so our section carries those of its profile:
//
//   [profile dev]     use_fips_endpoint = true       through dev, EC2 is ec2-fips.us-east-1.amazonaws.com
//   [dev-mfa]         …                              without the setting it would be the public host
//   [dev-mfa]         use_fips_endpoint = true       kept in step: changed, and removed, with that of dev
//
// test/integration/in-step-settings.test.ts holds botocore and the JavaScript SDK to it, setting by setting.

import type { Section } from '../document/document.ts'
import type { ErrorBody } from '../errors.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { quoted } from '../text/quoted.ts'
import { isRegion, isSafeEndpoint } from './aws-values.ts'
import type { ProfileView } from './sections.ts'

const isBoolean = (text: string) => /^(?:true|false)$/i.test(text)
const isChecksumRule = (text: string) => /^when_(?:supported|required)$/i.test(text)

/** Each with what its value has to look like to be written: anything else is warned of, never quoted or trimmed. */
const rules = Object.entries<(text: string) => boolean>({
  region: isRegion,
  use_fips_endpoint: isBoolean,
  use_dualstack_endpoint: isBoolean,
  endpoint_url: isSafeEndpoint,
  ignore_configured_endpoint_urls: isBoolean,
  services: (text) => /^[A-Za-z0-9_.%@:+-]{1,128}$/.test(text),
  ca_bundle: (text) => text.length <= 1024 && /^[\w~./](?:[\w~./@%+=:,() -]*[\w~./@%+=:,()-])?$/.test(text),
  sts_regional_endpoints: (text) => /^(?:legacy|regional)$/i.test(text),
  defaults_mode: (text) => /^(?:legacy|standard|cross-region|in-region|mobile|auto)$/i.test(text),
  retry_mode: (text) => /^(?:legacy|standard|adaptive)$/i.test(text),
  max_attempts: (text) => /^\d{1,4}$/.test(text),
  request_checksum_calculation: isChecksumRule,
  response_checksum_validation: isChecksumRule,
  account_id_endpoint_mode: (text) => /^(?:preferred|disabled|required)$/i.test(text),
  output: (text) => /^[a-z-]{1,20}$/.test(text),
})

/** In the order in which they are written. */
export const inStepKeys: readonly string[] = rules.map(([key]) => key)

const isSetting = (key: string, text: string) => ruleOf.has(key) || text.startsWith('\n')
const ruleOf = new Map(rules)
const longestCommandValue = 200
const mostLines = 50

/** `settings`: what our section should hold, in order. `warnings`: what of its profile does not apply through it, and why. */
export type InStep = { settings: ReadonlyMap<string, string>; warnings: readonly ErrorBody[] }

const nothing: InStep = { settings: new Map(), warnings: [] }

/** `inConfig`: the session profile in the config file. What stands there counts, and ours would only hide it. */
export function inStepOf(
  view: ProfileView,
  profile: string,
  sessionProfile: string,
  inConfig: Section | undefined,
): InStep {
  const settings = new Map<string, string>()
  const warnings: ErrorBody[] = []
  const warn = (key: string, why: string, hint: string) =>
    warnings.push({
      code: 'profile.not-inherited',
      message: `${key} of ${printable(profile, 80)} does not apply to ${printable(sessionProfile, 80)}${why}`,
      hint,
    })
  const texts = view.texts(isSetting)
  if (texts.size === 0) return nothing
  for (const [key, isFit] of rules) {
    if (!texts.get(key) || inConfig?.entries.has(key)) continue
    const value = view.value(key)
    if (value !== undefined && isFit(value)) settings.set(key, value)
    else if (key !== 'region') warn(key, `: ${unfitness(value)}`, setCommand(key, value, sessionProfile))
  }
  for (const [key, text] of texts) {
    const lines = ruleOf.has(key) || inConfig?.entries.has(key) ? [] : linesOfBlock(text)
    if (lines.length === 0) continue
    const commands = lines.map(([name, value]) => setCommand(`${key}.${name}`, value, sessionProfile))
    warn(key, ': a block of lines is not copied', commands.join(' && '))
  }
  return { settings, warnings }
}

function unfitness(value: string | undefined): string {
  return value === undefined ? 'AWS tools disagree about its value' : 'mfad does not copy a value like that'
}

/** With the value that stands there; VALUE where nobody could paste it, or where it may hold a password. */
function setCommand(key: string, value: string | undefined, sessionProfile: string): string {
  const isPastable =
    value !== undefined && printable(value, longestCommandValue) === value && !/:\/\/.*@/.test(value)
  const word = isPastable ? quoted(value) : 'VALUE'
  return awsCommand(`configure set ${key} ${word}`, sessionProfile)
}

/** `\nkey = value\n...`, as botocore reads a block. */
function linesOfBlock(block: string): [string, string][] {
  const lines = block.split('\n').slice(1, mostLines + 1)
  return lines.flatMap((line): [string, string][] => {
    const [, key, value] = /^\s*([A-Za-z][\w-]{0,63})\s*=\s*(\S.*?)\s*$/.exec(line) ?? []
    return key === undefined || value === undefined ? [] : [[key, value]]
  })
}
