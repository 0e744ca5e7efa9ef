// Looks at the user's files.
import { lstatSync } from 'node:fs'
import type { FileFacts, FilesFacts } from '../../core/doctor/files.ts'
import type { CredentialsDocument } from '../../core/document/document.ts'
import { parseDocument } from '../../core/document/parse.ts'
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import { openFileStore } from '../../edges/files/own-store.ts'
import type { FileStore } from '../../edges/files/store.ts'
import { trustWarnings } from '../../edges/files/warnings.ts'
import { isMountPoint } from '../../edges/mounts.ts'
import { openTrust } from '../../edges/own-trust.ts'
import { stateDirectory } from '../../edges/paths.ts'
import type { Context } from '../connection/context.ts'

export type SeenFiles = Omit<FilesFacts, 'hasProfiles'> & {
  documents: { credentials: CredentialsDocument; config: CredentialsDocument }
}

export function lookAtFiles({ files, environment }: Context): SeenFiles {
  const open = (path: string) => openFileStore(path, stateDirectory(environment))
  const credentials = lookAt('credentials', open(files.credentials))
  const config = lookAt('config', open(files.config))
  const steering = [files.settings, files.config, files.credentials]
  return {
    files: [credentials.facts, config.facts],
    distrust: trustWarnings(openTrust(), steering),
    documents: { credentials: credentials.document, config: config.document },
  }
}

function lookAt(
  name: 'credentials' | 'config',
  store: FileStore,
): { facts: FileFacts; document: CredentialsDocument } {
  const state = store.read()
  const { path, kind } = state
  const document = parseDocument(state.kind === 'present' ? state.bytes : new Uint8Array())
  const facts = {
    name,
    path,
    kind,
    sections: document.sections.size,
    findings: document.findings,
    warnings: [],
  }
  if (state.kind === 'unreadable') return { facts: { ...facts, error: errorBody(state.error) }, document }
  const { realPath } = state
  const obstacle = name === 'credentials' ? obstacleOf(store) : undefined
  const located = { ...facts, realPath, ...(obstacle === undefined ? {} : { obstacle }) }
  if (state.kind === 'absent')
    return { facts: isLink(path) ? located : { ...located, realPath: path }, document }
  const stats = lstatSync(realPath, { throwIfNoEntry: false })
  return {
    facts: {
      ...located,
      mode: state.mode,
      names: stats?.nlink ?? 1,
      isMountPoint: isMountPoint(realPath),
      // That others can read it matters only where there are secrets in it.
      warnings: name === 'credentials' ? state.warnings : [],
    },
    document,
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

function obstacleOf(store: FileStore): ErrorBody | undefined {
  try {
    store.checkReplaceable()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return errorBody(error)
    throw error
  }
}
