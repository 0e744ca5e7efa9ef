// Which variables the daemon gets: what it reads, for its service, which does not see the shell's; and nothing that would
// change what Node, a library or the AWS SDK does in it, however it is started.

type Environment = Readonly<Record<string, string | undefined>>

export const pathVariables: ReadonlySet<string> = new Set([
  'MFAD_CONFIG',
  'MFAD_SOCKET',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'AWS_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
])

/** They send calls elsewhere than to AWS. */
export const endpointVariables: readonly string[] = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_STS',
  'AWS_ENDPOINT_URL_IAM',
]

/** Their values are URLs that may hold a user name and password. */
const urlVariables: ReadonlySet<string> = new Set([...endpointVariables, 'HTTPS_PROXY', 'https_proxy'])

const copiedVariables = [
  ...pathVariables,
  ...urlVariables,
  'NO_PROXY',
  'no_proxy',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
]

/** What Node reads when it starts, so that removing it later is too late. */
const nodeVariable = /^NODE_/
/** What is read while the daemon runs, by its libraries and by the AWS SDK. */
const libraryVariable = /^(?:CHOKIDAR_|AWS_)/
/** What the C library has read at the start (daemon-argv.ts): for the daemon, and not for what it starts. */
const allocatorVariable = /^MALLOC_/
/** About the socket that systemd hands over: for the daemon, and not for what it starts. */
const activationVariable = /^LISTEN_/

/** Those of them that are found in the environment of a whole session, for service managers that want each by its name. */
export const unwantedInService: readonly string[] = [
  'NODE_OPTIONS',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_V8_COVERAGE',
  'NODE_PATH',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
  'NODE_COMPILE_CACHE',
  'NODE_REDIRECT_WARNINGS',
  'NODE_PENDING_DEPRECATION',
  'CHOKIDAR_USEPOLLING',
  'CHOKIDAR_INTERVAL',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
]

/** Keys, tokens and AWS_PROFILE never influence the daemon, so they stay behind; an empty value counts as absent. */
export function serviceEnvironment(environment: Environment): ReadonlyMap<string, string> {
  const copied = new Map<string, string>()
  for (const name of copiedVariables) {
    const value = environment[name]
    if (value) copied.set(name, value)
  }
  return copied
}

/** The user's environment without what the daemon does not need. Helper commands need the rest of it. */
export function daemonEnvironment(environment: Environment): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !isUnwanted(name)) kept[name] = value
  }
  return kept
}

/** Was this process started with a variable that Node has obeyed by now? */
export function hasNodeVariable(environment: Environment): boolean {
  return Object.entries(environment).some(
    ([name, value]) => value && nodeVariable.test(name) && isUnwanted(name),
  )
}

function isUnwanted(name: string): boolean {
  const isOfOthers = [nodeVariable, libraryVariable, allocatorVariable, activationVariable].some((pattern) =>
    pattern.test(name),
  )
  return isOfOthers && !copiedVariables.includes(name)
}

/** The same variables, with user name and password in a URL masked. */
export function redactedEnvironment(environment: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...environment].map(([name, value]) => [name, urlVariables.has(name) ? mask(value) : value]),
  )
}

/** Up to the last `@`, because people paste passwords with an unescaped `@` or `/`. */
function mask(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@')
}
