// Under which header a key of a profile is written.

import type { CredentialsDocument } from '../document/document.ts'
import { AppError } from '../errors.ts'
import { configProfileName, type Documents, headerOf } from './sections.ts'

/**
 * The name between the brackets: of the section that the profile has in the file, however it is spelled, else of the one it
 * would get. Throws file.duplicate-section where AWS tools do not agree which of two it is.
 */
export function sectionToEdit(document: CredentialsDocument, file: keyof Documents, profile: string): string {
  if (file === 'credentials') return profile
  const isIts = (name: string) =>
    configProfileName(name) === profile || (name === 'default' && profile === name)
  const [first, second] = [...document.sections.values()].filter(({ name }) => isIts(name))
  if (first === undefined) return headerOf(file, profile).slice(1, -1)
  if (second === undefined) return first.name
  throw new AppError(
    'file.duplicate-section',
    `${profile} has two sections in the config file, [${first.name}] in line ${first.line} and [${second.name}] in line ${second.line}, and not every AWS tool reads the same one`,
    'merge the two sections, or remove one',
  )
}
