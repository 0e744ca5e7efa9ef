// The credentials file (and the config file) as a lossless document: what botocore reads in it, and every place
// where another AWS tool would read something else.

import type { ErrorCode } from '../error-codes.ts'

/** A place where readers disagree. Neither `message` nor `hint` ever holds a value of the file. */
export type Finding = {
  code: Extract<ErrorCode, `file.${string}`>
  /** Counted from 1. */
  line: number
  message: string
  hint: string
  /** botocore (AWS CLI, boto3) rejects the whole file because of it. */
  rejectsFile: boolean
  /** The section it stands in. */
  section?: string
}

/** A value as botocore reads it: a nested block is `\nkey = value\n...`. */
export type Entry = {
  key: string
  value: string
  line: number
  /** Another reader would read something else. */
  disputed: boolean
}

/** `start` and `end` are offsets in the document's text: from the header's line to the next header's. Its members may be
 * getters: do not copy a section with a spread. */
export type Section = {
  name: string
  line: number
  entries: ReadonlyMap<string, Entry>
  start: number
  end: number
  /** All readers read the same in it, whatever stands around it. */
  isPlain: boolean
  /** In two versions of a file the same object only where the section has the same text in the same lines. So what follows from
   * a section can be remembered with it. */
  content: object
}

export type CredentialsDocument = {
  /** By name, in the order of the file; of a section that stands twice, the first. Entries inherited from `[DEFAULT]` are
   * included, disputed. */
  readonly sections: ReadonlyMap<string, Section>
  /** In line order. */
  readonly findings: readonly Finding[]
  /** The file, one character per UTF-16 unit, or per byte where the file is not UTF-8. */
  readonly text: string
  readonly isUtf8: boolean
  /** What the JavaScript SDK reads outside the plain sections. */
  readonly sdkSections: SdkSections
  /** Its plain sections and the rest; undefined where the whole had to be read line by line. */
  readonly split: Split | undefined
  toBytes(): Uint8Array
}

/** A section whose lines are so plain that all readers read the same, whatever stands around it. */
export type PlainSection = Section & {
  /** The same text in another place. */
  at(start: number, line: number): PlainSection
}

/** A stretch of a text that readers have to look at line by line: it begins at the start of the text or at a plain
 * header, and ends before a plain header or at the end of the text. `line` is that of its start, counted from 1. */
export type Part = { start: number; end: number; line: number }
/** The plain sections of a text and what lies between them, each in order. */
export type Split = { plain: readonly PlainSection[]; odd: readonly Part[] }
/** An earlier version of a text. What stands in both is not read again. */
export type Earlier = Pick<CredentialsDocument, 'text' | 'split'>
export type SdkEntry = { value: string; line: number }
/** By the SDK's own section names and keys: `profile.dev`, `s3.addressing_style`. */
export type SdkSections = ReadonlyMap<string, ReadonlyMap<string, SdkEntry>>
/** As much of a section as is needed to read values of it. */
export type Agreeable = { readonly entries: ReadonlyMap<string, Pick<Entry, 'value' | 'disputed'>> }

/** A value that every AWS reader reads alike, or undefined. */
export function agreedValue(section: Agreeable | undefined, key: string): string | undefined {
  return agreed(section?.entries.get(key))
}

/** What every AWS tool reads there; undefined where there is nothing, or nothing that they agree on. */
export function agreed(entry: Pick<Entry, 'value' | 'disputed'> | undefined): string | undefined {
  return entry === undefined || entry.disputed || entry.value === '' ? undefined : entry.value
}
