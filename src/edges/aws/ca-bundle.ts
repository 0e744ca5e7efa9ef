// A file of certificates, checked before anything is sent: with a file that holds none, Node would report no error and
// trust no server at all. Whoever can write it can pass for AWS, and be sent keys and codes.
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Given } from '../../core/login/sts-target.ts'
import { quoted } from '../../core/text/quoted.ts'
import { openTrust } from '../own-trust.ts'

const mostBytes = 8 * 1024 * 1024

/**
 * The certificates in it, in PEM form. Throws settings.bad-ca-bundle, file.other-owner and file.writable-by-others, which name the
 * file.
 */
export function readCaBundle({ value, where }: Given): string[] {
  const path = value.startsWith('~/') ? join(homedir(), value.slice(2)) : value
  const refuse = (problem: string, hint: string, cause?: unknown) =>
    new AppError('settings.bad-ca-bundle', `the CA bundle ${path} (${where}) ${problem}`, hint, cause)
  if (!isAbsolute(path)) throw refuse('is not an absolute path', 'write it as one that begins with / or ~/')
  checkCertificateFile(path, where)
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

/** Nothing, where nobody else could have written the file; Node itself reads that of NODE_EXTRA_CA_CERTS. */
export function checkCertificateFile(path: string, where: string): void {
  try {
    openTrust().checkTrusted([path])
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message, hint } = error
    throw new AppError(
      code,
      `the certificates in ${path} (${where}) are not trusted: ${message}`,
      hint,
      error,
    )
  }
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
