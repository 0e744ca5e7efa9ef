// Which profile a word of the user means.

import type { Profile } from './profile.ts'

/** By its own name, else by that of its session section or of the section with its keys. */
export function findNamed<T extends Pick<Profile, 'profile' | 'sessionProfile' | 'keyProfile'>>(
  profiles: readonly T[],
  name: string,
): T | undefined {
  return (
    profiles.find(({ profile }) => profile === name) ??
    profiles.find((each) => each.sessionProfile === name || each.keyProfile === name)
  )
}
