// Which of the words after `mfad login` is the code.
import { AppError } from '../../core/errors.ts'
import { checkTokenCode, isTokenCode } from '../../core/login/token-code.ts'
import { printable } from '../../core/text/printable.ts'
import type { Status } from '../../core/wire.ts'

/** The names by which a word on the command line can mean a profile: its own, and that of its session section. */
export function profileNames({ profiles }: Status): ReadonlySet<string> {
  return new Set(profiles.flatMap(({ profile, sessionProfile }) => [profile, sessionProfile]))
}

export type LoginWords = { profiles: string[]; code?: string }

/**
 * The last word is the code when it is six digits (a space in the middle is allowed) or `-`, unless a profile has that
 * name. Without a profile the one that `AWS_PROFILE` names counts. Throws usage.malformed-token-code for a last word of
 * digits that is neither, and profile.not-found for an AWS_PROFILE that there is not.
 *
 *     login dev 123456       profile dev, code 123456
 *     login dev '123 456'    the same
 *     login dev 123 456      the same, as phones show it; unless a profile is called 456
 *     login 123456           a code; or a profile, where one is called 123456
 *     login dev 12345        usage.malformed-token-code
 */
export function splitLoginWords(
  words: readonly string[],
  names: ReadonlySet<string>,
  awsProfile: string | undefined,
): LoginWords {
  const [last, ...before] = lastWordAsCode(words, names)
  const isCode = last !== undefined && !names.has(last) && (last === '-' || /^[\d ]+$/.test(last))
  const code = isCode ? last.replaceAll(' ', '') : undefined
  if (code !== undefined && code !== '-' && !isTokenCode(code)) checkTokenCode(code)
  const named = isCode ? before : [...words]
  const profiles = named.length > 0 ? named : profileOfEnvironment(names, awsProfile)
  return { profiles, ...(code === undefined ? {} : { code }) }
}

/** The last word, and those before it: two of three digits are one, which is how phones show a code. */
function lastWordAsCode(
  words: readonly string[],
  names: ReadonlySet<string>,
): [string | undefined, ...string[]] {
  const [first = '', second = ''] = words.slice(-2)
  const areTwo = [first, second].every((word) => /^\d{3}$/.test(word) && !names.has(word))
  if (words.length >= 2 && areTwo) return [`${first} ${second}`, ...words.slice(0, -2)]
  return [words.at(-1), ...words.slice(0, -1)]
}

/** One that does not exist is a mistake: whoever set it does not mean another profile. */
function profileOfEnvironment(names: ReadonlySet<string>, awsProfile: string | undefined): string[] {
  if (!awsProfile) return []
  if (names.has(awsProfile)) return [awsProfile]
  throw new AppError(
    'profile.not-found',
    `AWS_PROFILE names ${printable(awsProfile)}, and there is no such profile`,
    'unset AWS_PROFILE, or name the profile: mfad login PROFILE',
  )
}
