// What holds for every file as far as AWS's own readers tell: the document says what they read, an edit changes nothing
// for them but our section, and there they read exactly what was written. True where there is nothing to hold.

import type { CredentialsDocument } from '../../src/core/document/document.ts'
import { readSession } from '../../src/core/profiles/session-section.ts'
import type { Reading } from './aws-readers.ts'
import { type Edits, ownKeys, sessionName } from './edits.ts'

/** What botocore (undefined where it rejects the file) and the SDK for JavaScript read. */
export type Seen = { botocore: Reading | undefined; sdk: Reading }

/** A file's edits and what is seen of each of them. */
export type SeenEdits = Edits & { seen: (document: CredentialsDocument) => Seen }

export const readerPromises: Record<string, (edits: SeenEdits) => boolean> = {
  'mfad rejects exactly the files that botocore rejects': ({ before, isRejected, seen }) =>
    isRejected === (seen(before).botocore === undefined),

  'mfad reads what the SDK reads': ({ before, seen }) =>
    !before.isUtf8 || areSame(sdkSectionsOf(before), seen(before).sdk),

  'mfad reads what botocore reads': ({ before, seen }) => {
    const { botocore } = seen(before)
    return !botocore || areSame(sectionsOf(before), botocore)
  },

  'where mfad sees no dispute, all read the same': ({ before, seen }) => {
    const { botocore, sdk } = seen(before)
    if (!botocore) return true
    const isAgreed = [...before.sections.values()].every((section) =>
      [...section.entries.values()].every(
        ({ key, value, disputed }) =>
          disputed ||
          value === '' ||
          value.startsWith('\n') ||
          sdk.get(sdkNameOf(section.name))?.get(key) === value,
      ),
    )
    const keysOf = (reading: Reading) => [...reading.values()].flatMap((entries) => [...entries.keys()])
    const plainKeys = keysOf(sdk).filter((key) => !key.includes('.'))
    return isAgreed && (before.findings.length > 0 || plainKeys.length <= keysOf(botocore).length)
  },

  'what mfad calls its own has its marks for every reader': ({ before, seen }) => {
    if (readSession(before, sessionName).kind !== 'ours') return true
    const { botocore, sdk } = seen(before)
    return hasOurMarks(sdk) && (!botocore || hasOurMarks(botocore))
  },

  'what has its marks for every reader, in a file without a finding, mfad calls its own': ({
    before,
    seen,
  }) => {
    const { botocore, sdk } = seen(before)
    if (before.findings.length > 0 || !botocore || !hasOurMarks(botocore) || !hasOurMarks(sdk)) return true
    return readSession(before, sessionName).kind === 'ours'
  },

  'every reader reads exactly our values in our section': ({ set, values, seen }) => {
    if (!set) return true
    const { botocore, sdk } = seen(set)
    return areSame(oursIn(botocore), values) && areSame(oursIn(sdk), values)
  },

  'every reader reads all other sections as before': ({ before, set, removed, undone, seen }) =>
    [set, removed, undone].every((after) => {
      if (!after) return true
      const [one, other] = [seen(before), seen(after)]
      // In a file that is not UTF-8 the SDK reads other characters than stand there.
      const isReadBySdk =
        !before.isUtf8 || areSame(othersIn(one.sdk, undefined), othersIn(other.sdk, undefined))
      if (!one.botocore) return isReadBySdk
      return isReadBySdk && areSame(othersIn(one.botocore, before), othersIn(other.botocore, before))
    }),

  'no reader finds anything of ours that was removed': ({ before, removed, seen }) => {
    if (!removed || removed === before || before.sections.has('DEFAULT')) return true
    const { botocore } = seen(removed)
    return !botocore || oursIn(botocore).size === 0
  },
}

type Values = ReadonlyMap<string, string>

function hasOurMarks(reading: Reading): boolean {
  const section = reading.get(sessionName)
  const accessKeyId = section?.get('aws_access_key_id') ?? ''
  const isMarked = section?.get('manager') === 'mfad' && section.get('mfad_key') === accessKeyId.slice(-8)
  return isMarked && /^ASIA[A-Z0-9]{12,124}$/.test(accessKeyId)
}

/** `original` tells whether the keys in our section that are not ours are the user's, or come with it from [DEFAULT]. */
function othersIn(
  reading: Reading | undefined,
  original: CredentialsDocument | undefined,
): Reading | undefined {
  if (!reading) return undefined
  const others = new Map(reading)
  const users = [...(others.get(sessionName) ?? [])].filter(([key]) => !ownKeys.includes(key))
  others.delete(sessionName)
  if (original?.sections.has(sessionName) && !original.sections.has('DEFAULT') && users.length > 0)
    others.set(sessionName, new Map(users))
  return others
}

function oursIn(reading: Reading | undefined): Values {
  return new Map([...(reading?.get(sessionName) ?? [])].filter(([key]) => ownKeys.includes(key)))
}

function sdkNameOf(name: string): string {
  return name.replace(/^(profile|sso-session|services) "?([^"]*)"?$/, '$1.$2')
}

function sectionsOf({ sections }: CredentialsDocument): Reading {
  const named = [...sections.values()].filter((section) => section.name !== 'DEFAULT')
  return new Map(
    named.map((section) => [
      section.name,
      new Map([...section.entries.values()].map((entry) => [entry.key, entry.value])),
    ]),
  )
}

/** A plain section reads alike for both. */
function sdkSectionsOf({ sdkSections, sections }: CredentialsDocument): Reading {
  const read = new Map<string, Map<string, string>>()
  for (const [section, entries] of sdkSections)
    read.set(section, new Map([...entries].map(([key, { value }]) => [key, value])))
  for (const { name, entries, isPlain } of sections.values()) {
    const values = [...entries].filter(([, { value }]) => value !== '')
    if (isPlain && values.length > 0)
      read.set(sdkNameOf(name), new Map(values.map(([key, { value }]) => [key, value])))
  }
  return read
}

/** The order of sections and keys makes no difference. */
function areSame(one: Reading | Values | undefined, other: Reading | Values | undefined): boolean {
  if (one === undefined || other === undefined || one.size !== other.size) return one === other
  for (const [key, value] of one) {
    const counterpart = other.get(key)
    if (
      typeof value === 'string' ? value !== counterpart : !areSame(value, counterpart as Values | undefined)
    )
      return false
  }
  return true
}
