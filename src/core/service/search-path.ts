// The PATH of the service: where it looks for the commands that it runs for the user. A service manager gives little.

const standard = {
  linux: ['/usr/local/bin', '/usr/bin', '/bin'],
  darwin: ['/opt/homebrew/bin', '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'],
} as const

/** What npm, npx and fnm put there for one command or one shell only, and what a service's file cannot hold. */
const passing =
  /\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$|\/_npx\/|\/fnm_multishells\/|[\p{Cc}\p{Surrogate}\u{FFFD}]/u

const mostDirectories = 64

/** The directories of the shell's own PATH, in its order, and then the usual ones. `isTrusted`: only its user can write there. */
export function searchPath(
  path: string,
  platform: keyof typeof standard,
  isTrusted: (directory: string) => boolean = () => true,
): string {
  const own = path
    .split(':')
    .filter((directory) => directory.startsWith('/') && !passing.test(directory))
    .slice(0, mostDirectories)
    .filter(isTrusted)
  return [...new Set([...own, ...standard[platform]])].join(':')
}
