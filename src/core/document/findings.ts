// What makes the readers of an AWS file disagree, in words. Never a value of the file: it could be a secret.

import type { Finding } from './document.ts'
import { stripPython } from './text.ts'

/** Where a finding stands and what it is about. */
export type Place = { line: number; section?: string | undefined; key?: string; firstLine?: number }

type Kind = { message: (place: Place) => string; hint: string; rejectsFile?: true }

const kinds = {
  'file.not-utf-8': {
    message: () => 'the file is not valid UTF-8',
    hint: 'save it as UTF-8, without a byte order mark',
    rejectsFile: true,
  },
  'file.byte-order-mark': {
    message: () => 'the file starts with a byte order mark',
    hint: 'save it as UTF-8 without a byte order mark',
    rejectsFile: true,
  },
  'file.default-section-too-large': {
    message: () => '[DEFAULT] has so many keys that they cannot be added to every section',
    hint: 'move them into the sections that need them',
    rejectsFile: true,
  },
  'file.too-many-findings': {
    message: () => 'more than 100,000 lines are odd to some AWS tool, and no more are looked at',
    hint: 'mend the first ones, which mfad status lists',
    rejectsFile: true,
  },
  'file.key-before-section': {
    message: () => 'something stands before the first section',
    hint: 'put a [section] line above it, or make it a comment with #',
    rejectsFile: true,
  },
  'file.duplicate-section': {
    message: ({ section, firstLine }) => `section [${section}] stands twice, first in line ${firstLine}`,
    hint: 'merge the two sections, or remove one',
    rejectsFile: true,
  },
  'file.duplicate-key': {
    message: (place) => `${keyOf(place)} stands twice in its section, first in line ${place.firstLine}`,
    hint: 'remove one of the two lines',
    rejectsFile: true,
  },
  'file.line-without-equals': {
    message: () => 'the line is neither a section nor a "key = value"',
    hint: 'complete it, or make it a comment with #',
    rejectsFile: true,
  },
  'file.empty-key': {
    message: () => 'the line has no key before its separator',
    hint: 'complete it, or make it a comment with #',
    rejectsFile: true,
  },
  'file.nested-line-without-equals': {
    message: () => 'an indented line in a nested block has no "="',
    hint: 'complete it, or make it a comment with #',
    rejectsFile: true,
  },
  'file.default-section': {
    message: () => 'the AWS CLI adds the keys of [DEFAULT] to every profile, the AWS SDKs do not',
    hint: 'rename the section to [default], or move its keys to the profiles that need them',
  },
  'file.section-name': {
    message: () => 'not every AWS tool can read a section of this name',
    hint: 'use only letters, digits and _ . / % @ : + - between the brackets',
  },
  'file.text-after-section': {
    message: () => 'some AWS tools do not see a section when text follows its bracket',
    hint: 'put the text into a comment line of its own',
  },
  'file.indented-section': {
    message: () => 'some AWS tools do not see an indented section',
    hint: 'remove the white space before the bracket',
  },
  'file.section-in-value': {
    message: () =>
      'the AWS CLI takes this indented section for part of the value above, the AWS SDKs for a section',
    hint: 'remove the white space before the bracket',
  },
  'file.indented-key': {
    message: (place) => `${keyOf(place)} is indented, which not every AWS tool reads as a key`,
    hint: 'remove the white space at the start of the line',
  },
  'file.continued-value': {
    message: () => 'the AWS CLI takes this indented line for part of the value above, the AWS SDKs do not',
    hint: 'remove the white space at the start of the line, or the line',
  },
  'file.inline-comment': {
    message: () => 'the AWS CLI reads the comment as part of the value, the AWS SDKs cut it off',
    hint: 'put the comment into a line of its own',
  },
  'file.quoted-value': {
    message: () => 'some AWS tools keep the quotes as part of the value, others strip them',
    hint: 'remove the quotes',
  },
  'file.colon-separator': {
    message: (place) => `${keyOf(place)} is separated by ":", which not every AWS tool reads`,
    hint: 'write "key = value"',
  },
  'file.upper-case-key': {
    message: (place) => `${keyOf(place)} has capital letters, which not every AWS tool reads`,
    hint: 'write the key in lower case',
  },
  'file.unusual-white-space': {
    message: () => 'the line has white space that is neither a space nor a tab',
    hint: 'replace it by spaces',
  },
  'file.lone-carriage-return': {
    message: () => 'the line ends in a carriage return alone, which the AWS SDKs do not take for a line end',
    hint: 'save the file with LF line ends',
  },
  'file.read-differently': {
    message: () => 'the AWS CLI and the AWS SDKs read this line differently',
    hint: 'write it as "key = value" at the start of the line, in a section of its own name',
  },
} satisfies Record<`file.${string}`, Kind>

export type FindingCode = keyof typeof kinds

/** More than anybody will look at, and less than there is memory for. */
const mostFindings = 100_000

/** Beyond the limit one more says that some are missing, and that we do not write to such a file. */
export function addFinding(findings: Finding[], code: FindingCode, place: Place): void {
  if (findings.length < mostFindings) findings.push(findingOf(code, place))
  else if (findings.length === mostFindings) findings.push(findingOf('file.too-many-findings', place))
}

function findingOf(code: FindingCode, place: Place): Finding {
  const kind: Kind = kinds[code]
  return {
    code,
    line: place.line,
    message: kind.message(place),
    hint: kind.hint,
    rejectsFile: kind.rejectsFile ?? false,
    ...(place.section === undefined ? {} : { section: place.section }),
  }
}

/** A name is shown only where it looks like one: a secret on a line of its own reads as a key too. */
function keyOf({ key = '' }: Place): string {
  return /^[a-z][a-z_]{0,31}$/i.test(key) ? key : 'a key'
}

const tail = '[A-Za-z0-9_./%@:+-]+'
const readableName = new RegExp(
  `^(?:(?:profile|sso-session|services) (?:${tail}|"${tail}"|'${tail}')|${tail})$`,
)

/** Reasons why readers disagree about the line of a header that botocore sees. */
export function headerProblems(whole: string, name: string, indentation: number): FindingCode[] {
  const after = stripPython(whole).slice(name.length + 2)
  const problems: FindingCode[] = []
  if (name === 'DEFAULT') problems.push('file.default-section')
  // Members of Object.prototype are lost in the JavaScript SDK; `__proto__` empties the whole file for it.
  if (!readableName.test(name) || name in Object.prototype) problems.push('file.section-name')
  if (!/^(?:\s+[#;]|$)/.test(after)) problems.push('file.text-after-section')
  if (indentation > 0) problems.push('file.indented-section')
  if (hasUnusualEdge(whole)) problems.push('file.unusual-white-space')
  return problems
}

/** Reasons why readers disagree about a `key = value` line: the parts before and after its separator. */
export function entryProblems(
  before: string,
  separator: string,
  after: string,
  indentation: number,
): FindingCode[] {
  const problems: FindingCode[] = []
  const key = before.trim()
  if (indentation > 0) problems.push('file.indented-key')
  if (separator === ':') problems.push('file.colon-separator')
  if (key !== key.toLowerCase()) problems.push('file.upper-case-key')
  return [...problems, ...valueProblems(before, after)]
}

/** Reasons that nested `key = value` lines share with those at the start of a line. */
export function valueProblems(before: string, after: string): FindingCode[] {
  const problems: FindingCode[] = []
  const value = after.trim()
  if (/\s[#;]/.test(`${before}=${after}`)) problems.push('file.inline-comment')
  if (value.length > 1 && /^["']/.test(value) && value.endsWith(value.charAt(0)))
    problems.push('file.quoted-value')
  if (hasUnusualEdge(before) || hasUnusualEdge(after)) problems.push('file.unusual-white-space')
  return problems
}

/** Only at the edges: white space inside a value is read by all alike. */
function hasUnusualEdge(part: string): boolean {
  const kept = stripPython(part)
  const start = part.indexOf(kept)
  const edges = part.slice(0, start) + part.slice(start + kept.length)
  return /[^ \t]/.test(edges) || kept.trim() !== kept
}
