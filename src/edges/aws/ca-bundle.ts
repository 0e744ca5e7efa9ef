// A file of certificates, checked before anything is sent: with a file that holds none, Node would report no error and
// trust no server at all.
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Given } from '../../core/login/sts-target.ts'
import { quoted } from '../../core/text/quoted.ts'

const mostBytes = 8 * 1024 * 1024

/** The certificates in it, in PEM form. Throws settings.bad-ca-bundle, which names the file. */
export function readCaBundle({ value, where }: Given): string[] {
  const path = value.startsWith('~/') ? join(homedir(), value.slice(2)) : value
  const refuse = (problem: string, hint: string, cause?: unknown) =>
    new AppError('settings.bad-ca-bundle', `the CA bundle ${path} (${where}) ${problem}`, hint, cause)
  if (!isAbsolute(path)) throw refuse('is not an absolute path', 'write it as one that begins with / or ~/')
  const certificates =
    readText(path, refuse).match(
      /-----BEGIN (TRUSTED )?CERTIFICATE-----[^-]+-----END \1?CERTIFICATE-----/g,
    ) ?? []
  if (certificates.length === 0)
    throw refuse(
      'holds no certificate',
      'it must be a text file with certificates in PEM form: BEGIN CERTIFICATE',
    )
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate)
    } catch (cause) {
      throw refuse(
        `is damaged: its certificate ${index + 1} cannot be read`,
        'get it anew from where it came from',
        cause,
      )
    }
  }
  return certificates
}

function readText(
  path: string,
  refuse: (problem: string, hint: string, cause?: unknown) => AppError,
): string {
  try {
    const stat = statSync(path)
    if (!stat.isFile() || stat.size > mostBytes) throw new Error('not a file of at most 8 MiB')
    return readFileSync(path, 'latin1')
  } catch (cause) {
    throw refuse('cannot be read', `look at it with: ls -l ${quoted(path)}`, cause)
  }
}
