// Which lines of a session section are ours. The credentials in one of ours always are. A setting is only where we have written
// it, which the section itself says, since a user may have put the same key there, and a restart must not forget whose it is:
//
//   [dev-mfa]
//   region = eu-west-1
//   retry_mode = adaptive
//   manager = mfad
//   mfad_key = 0QWERTY1
//   mfad_settings = region, retry_mode    ours: followed when those of dev change, and removed with them
//   output = json                         not in the list, so it is the user's, whatever dev says

import { agreedValue, type CredentialsDocument, type Section } from '../document/document.ts'
import { inStepKeys } from './in-step-settings.ts'
import { listOf, sessionKeys } from './session-section.ts'

const settingKeys: ReadonlySet<string> = new Set(inStepKeys)

/** The keys of a section that are ours, in the order in which they are written. */
export function ownKeysOf(section: Section | undefined): string[] {
  const settings = ownSettings(section)
  return sessionKeys.filter((key) => !settingKeys.has(key) || settings.has(key))
}

/** The same with those that are about to be written. */
export function ownKeysWith(section: Section | undefined, values: ReadonlyMap<string, string>): string[] {
  const before = new Set(ownKeysOf(section))
  return sessionKeys.filter((key) => before.has(key) || values.has(key))
}

/** The values without the settings that a user has put into the section; the same map where there are none. */
export function withoutUsers(
  document: CredentialsDocument,
  name: string,
  values: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const users = usersSettings(document, name)
  if (users.length === 0) return values
  const settings = inStepKeys.filter((key) => values.has(key) && !users.includes(key))
  const isRegionOfUser = users.includes('region') || values.get('mfad_settings') === 'none'
  const rest = [...values].filter(([key]) => key !== 'mfad_settings' && !users.includes(key))
  const all = new Map([...rest, ...listOf(settings, isRegionOfUser)])
  const isSame = all.size === values.size && [...all].every(([key, value]) => values.get(key) === value)
  return isSame
    ? values
    : new Map(sessionKeys.flatMap((key) => (all.has(key) ? [[key, all.get(key) ?? '']] : [])))
}

function usersSettings({ sections }: CredentialsDocument, name: string): string[] {
  const section = sections.get(name)
  const own = ownSettings(section)
  const inherited = sections.get('DEFAULT')?.entries
  return inStepKeys.filter((key) => {
    const line = section?.entries.get(key)?.line
    return line !== undefined && line !== inherited?.get(key)?.line && !own.has(key)
  })
}

/** Also where another program has replaced the keys and left the rest standing: a section that is adopted follows again. */
function ownSettings(section: Section | undefined): ReadonlySet<string> {
  if (section === undefined) return new Set(['region'])
  if (agreedValue(section, 'manager') !== 'mfad') return new Set()
  const list = section.entries.get('mfad_settings')?.value
  return new Set(list === undefined ? ['region'] : list.split(',').map((key) => key.trim()))
}
