// Node and mfad are often installed in a directory with their version in its name, which the next upgrade removes. Many tools
// keep a link to the one in use: which links those would be.

/**
 * nvm keeps one only with NVM_SYMLINK_CURRENT; volta and asdf keep none, and remove a version only when they are told to.
 */
const rules: readonly (readonly [RegExp, string])[] = [
  // Homebrew
  [/^(.+)\/Cellar\/([^/]+)\/[^/]+\/(.+)$/, '$1/opt/$2/$3'],
  // nvm
  [/^(.+)\/versions\/node\/v[^/]+\/(.+)$/, '$1/current/$2'],
  // fnm
  [/^(.+)\/node-versions\/v[^/]+\/installation\/(.+)$/, '$1/aliases/default/$2'],
  // mise
  [/^(.+\/installs\/node)\/(\d+)\.[^/]+\/(.+)$/, '$1/$2/$3'],
  // pnpm
  [/^(.+\/global\/\d+)\/\.pnpm\/[^/]+\/(.+)$/, '$1/$2'],
  // Nix
  [/^\/nix\/store\/[^/]+\/(.+)$/, '/run/current-system/sw/$1'],
]

/** Paths that might lead to the same file after an upgrade, too. Whether they lead there now is for the caller to see. */
export function lastingPaths(path: string, home: string): string[] {
  const found = rules.flatMap(([pattern, replacement]) =>
    pattern.test(path) ? [path.replace(pattern, replacement)] : [],
  )
  const nix = /^\/nix\/store\/[^/]+\/(.+)$/.exec(path)?.[1]
  return nix === undefined ? found : [...found, `${home}/.nix-profile/${nix}`]
}
