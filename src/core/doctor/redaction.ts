// Takes out of a text what is nobody else's business: names, accounts, keys, hosts, paths. First everything that is known to stand
// in the user's files, whatever it looks like; then whatever looks like a secret; and a text in which something odd is left is not
// shown at all.
import { printable } from '../text/printable.ts'

/** What is to be replaced, and by what. */
export type Literal = readonly [text: string, replacement: string]

export const leftOut = '(left out)'

const leastCharacters = 2

export function createRedaction(literals: readonly Literal[]): (text: string) => string {
  const byText = new Map<string, string>()
  for (const [text, replacement] of literals) {
    for (const form of formsOf(text)) if (!byText.has(form)) byText.set(form, replacement)
  }
  const known = [...byText].sort(([one], [other]) => other.length - one.length)
  return (text) => {
    const named = replaceKnown(text, known)
    const clean = patterns.reduce(
      (redacted, [pattern, replacement]) => redacted.replace(pattern, replacement),
      named,
    )
    return isPlain(clean) ? clean : leftOut
  }
}

/**
 * The longest first. What was replaced is a single character until the end, so that nothing is replaced in a replacement. No
 * regular expression: an error about it would show the secrets that it is made of.
 */
function replaceKnown(text: string, known: readonly Literal[]): string {
  const replacements: string[] = []
  if (text.search(placeholders) >= 0) return leftOut
  let marked = text
  for (const [form, replacement] of known) {
    if (!marked.includes(form)) continue
    if (replacements.length === mostReplaced) return leftOut
    const placeholder = String.fromCharCode(firstPlaceholder + replacements.length)
    const before = marked
    marked = before.replaceAll(form, (found, at: number) =>
      isWhole(before, at, found) ? placeholder : found,
    )
    replacements.push(replacement)
  }
  return marked.replace(placeholders, (mark) => replacements[mark.charCodeAt(0) - firstPlaceholder] ?? '')
}

const firstPlaceholder = 0xe000
const placeholders = /[\ue000-\uf8ff]/g
const mostReplaced = 1000

/** A message shows a name as it is, escaped, cut, or as JSON. */
function formsOf(text: string): string[] {
  const cut = [40, 64, 80, 200].map((most) => printable(text, most))
  const forms = new Set([text, ...cut, ...[text, ...cut].map((each) => JSON.stringify(each).slice(1, -1))])
  return [...forms].filter((form) => form.trim().length >= leastCharacters)
}

/** Not in the middle of a word: a profile `or` is no reason to take it out of every `for`. */
function isWhole(text: string, at: number, found: string): boolean {
  const isLetter = (character = '') => /[\p{L}\p{N}]/u.test(character)
  const [before, after] = [text[at - 1], text[at + found.length]]
  return !(isLetter(before) && isLetter(found[0])) && !(isLetter(after) && isLetter(found.at(-1)))
}

const patterns: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/\barn:[^\s"',)\]]+/g, () => 'ARN'],
  [/\b(?:A[A-Z]{3})[A-Z0-9]{8,}\b/g, () => 'KEY-ID'],
  [/\b\d{12}\b/g, () => 'ACCOUNT'],
  [/\b[\w.+-]+@[\w.-]+/g, () => 'ADDRESS'],
  [/\b(?!127\.0\.0\.1\b)\d{1,3}(?:\.\d{1,3}){3}\b/g, () => 'HOST'],
  [/\b(?:[a-z0-9_-]+\.)+[a-z]{2,}\b(?::\d+)?/gi, (host) => (isPublicHost(host) ? host : 'HOST')],
  [/[A-Za-z0-9+=_-]{20,}/g, (word) => (isWordOfOurs(word) ? word : '***')],
]

/** Everybody's STS, and names of files that mfad has. */
function isPublicHost(host: string): boolean {
  return (
    /^(?:sts|iam)(?:-fips)?(?:\.[a-z]{2}(?:-[a-z]+)+-\d)?\.(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonaws\.eu)$/.test(
      host,
    ) || /^mfad\.(?:service|sock)$/.test(host)
  )
}

/** SELF_SIGNED_CERT_IN_CHAIN, --max-semi-space-size=1 */
function isWordOfOurs(word: string): boolean {
  return /^[A-Z]{2,}(?:_[A-Z]{2,})+$/.test(word) || /^--[a-z]+(?:-[a-z]+)+(?:=\d)?$/.test(word)
}

/** No path, no address, and nothing that is not on every keyboard. */
function isPlain(text: string): boolean {
  return !/[/\\@]|[^\x20-\x7e…→–]/.test(text.replace(/\bsection\/|HTTP\/\d/g, ''))
}
