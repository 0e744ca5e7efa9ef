// The caller's environment variables that a service needs: it does not see the shell's.

export const pathVariables: ReadonlySet<string> = new Set([
  'MFAD_CONFIG',
  'MFAD_SOCKET',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'NODE_EXTRA_CA_CERTS',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
])

/** Their values are URLs that may hold a user name and password. */
const urlVariables: ReadonlySet<string> = new Set(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_STS'])

const copiedVariables = [
  ...pathVariables,
  ...urlVariables,
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
]

/** Keys, tokens and AWS_PROFILE never influence the daemon, so they stay behind; an empty value counts as absent. */
export function serviceEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const copied = new Map<string, string>()
  for (const name of copiedVariables) {
    const value = environment[name]
    if (value) copied.set(name, value)
  }
  return copied
}

/** The same variables with what stands before a URL's host masked: a proxy password is a secret. */
export function redactedEnvironment(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...environment].map(([name, value]) => [name, urlVariables.has(name) ? mask(value) : value]),
  )
}

/** Up to the last `@`, because people paste passwords with an unescaped `@` or `/`. */
function mask(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@')
}
