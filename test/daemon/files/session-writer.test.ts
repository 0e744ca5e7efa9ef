import { expect, it } from 'vitest'
import { setSection } from '../../../src/core/document/edit.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { profileSections } from '../../../src/core/profiles/sections.ts'
import { sessionKeys, sessionValues } from '../../../src/core/profiles/session-section.ts'
import type { KnownFiles } from '../../../src/daemon/files/known-files.ts'
import { rehearseSessions } from '../../../src/daemon/files/session-writer.ts'

it('is refused in the rehearsal, before a code is used, what the check of the written file would refuse', () => {
  const values = sessionValues(
    { accessKeyId: 'ASIAABCDEFGHIJKLMNOP', secretAccessKey: 's', sessionToken: 't', expiration: new Date(0) },
    {},
  )
  const sectionOf = (name: string) =>
    setSection(parseDocument(Buffer.from('')), name, sessionKeys, values).text
  // The line that goes leaves a blank one, which then counts as the one that is added before a section.
  const text = `${sectionOf('prod-mfa')}output = json\n\naws_security_token = old\n${sectionOf('dev-mfa')}`
  const credentials = parseDocument(Buffer.from(text))
  const documents = { credentials, config: parseDocument(Buffer.from('')) }
  const known = {
    documents,
    sections: profileSections(documents),
    files: { credentials: '/a/credentials' },
  } as unknown as KnownFiles
  const writeOf = (sessionProfile: string) => ({ sessionProfile, values, adopt: false, isOptional: false })
  expect(() => rehearseSessions(known, [writeOf('dev-mfa')])).not.toThrow()
  expect(() => rehearseSessions(known, [writeOf('prod-mfa'), writeOf('dev-mfa')])).toThrow(
    expect.objectContaining({ code: 'internal.unsafe-edit' }),
  )
})
