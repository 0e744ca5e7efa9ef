// What mfad says about a file of the corpus, short enough to be looked through in expectations.json.

import type { CredentialsDocument } from '../../src/core/document/document.ts'
import { removeSection, setSection } from '../../src/core/document/edit.ts'
import { parseDocument } from '../../src/core/document/parse.ts'
import { AppError } from '../../src/core/errors.ts'
import { readSession } from '../../src/core/profiles/session-section.ts'
import { editsOf, ownKeys, sessionName } from './edits.ts'

export type Outcome = {
  /** The line and the code of each finding; with a `!` where AWS tools reject the file for it. */
  findings: string[]
  session: string
  set: string
  remove: string
}

export function outcomeOf(file: Uint8Array): Outcome {
  const document = parseDocument(file)
  const { isRejected, values } = editsOf(file)
  const session = readSession(document, sessionName)
  return {
    findings: document.findings.map(
      ({ line, code, rejectsFile }) => `${line} ${code.slice('file.'.length)}${rejectsFile ? '!' : ''}`,
    ),
    session:
      session.kind === 'foreign'
        ? `foreign, line ${session.line}, ${session.isAdoptable ? 'adoptable' : 'not adoptable'}`
        : session.kind,
    set: isRejected ? 'file refused' : outcome(() => setSection(document, sessionName, ownKeys, values)),
    remove: outcome(() => removeSection(document, sessionName, ownKeys)),
  }
}

/** How many bytes there are afterwards tells about every line end. */
function outcome(edit: () => CredentialsDocument): string {
  try {
    return `done, ${edit().toBytes().length} bytes`
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `refused, ${/line \d+/.exec(error.message)?.[0] ?? 'no line'}`
  }
}
