// Which sections differ between two versions of the files, and which sections a profile was made from: where the two have no name in
// common, the profile need not be made anew.

import type { Section } from '../document/document.ts'
import type { ProfileLookup, ProfileSections } from './sections.ts'

export type Change = {
  /** Those of sections that were added or removed, or that have another text or stand in other lines. */
  names: ReadonlySet<string>
  /** All names are there as before, in the same order. */
  areNamesSame: boolean
}

export function changeOf(before: ProfileSections, after: ProfileSections): Change {
  const change = { names: new Set<string>(), areNamesSame: true }
  noteChange(before.credentials, after.credentials, change)
  noteChange(before.config, after.config, change)
  noteChange(misplacedOf(before), misplacedOf(after), change)
  return change
}

function misplacedOf({ misplaced }: ProfileSections): Map<string, Section> {
  return new Map([...misplaced].map(([name, { section }]) => [name, section]))
}

type Sections = ReadonlyMap<string, Section>

/** Two sections that have changed places are found, too: `content` is another object where the lines are others. */
function noteChange(
  before: Sections,
  after: Sections,
  change: { names: Set<string>; areNamesSame: boolean },
): void {
  if (before === after) return
  let found = 0
  after.forEach((section, name) => {
    const former = before.get(name)
    if (former !== undefined) found++
    if (former?.content === section.content) return
    change.names.add(name)
    if (former?.line !== section.line || former.name !== section.name) change.areNamesSame = false
  })
  if (found === before.size) return
  change.areNamesSame = false
  for (const name of before.keys()) if (!after.has(name)) change.names.add(name)
}

/** Sections that take a note of each name that they are asked for. */
export type NotedSections = ProfileLookup & {
  note(name: string): void
  /** The names since this was called last. */
  take(): string[]
}

export function notedSections({ credentials, config, misplaced }: ProfileSections): NotedSections {
  const asked = new Set<string>()
  const noted = <Found>(found: ReadonlyMap<string, Found>) => ({
    get(name: string) {
      asked.add(name)
      return found.get(name)
    },
    has(name: string) {
      asked.add(name)
      return found.has(name)
    },
  })
  return {
    credentials: noted(credentials),
    config: noted(config),
    misplaced: noted(misplaced),
    note: (name) => asked.add(name),
    take() {
      const names = [...asked]
      asked.clear()
      return names
    },
  }
}
