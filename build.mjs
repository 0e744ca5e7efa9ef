// Bundles the CLI (one CommonJS file, so that it starts fast), and apart from it what only some commands need: the
// daemon, the AWS SDK, the demo, and whatever would only make the start of `mfad status` longer.
// node-notifier stays outside: it looks for files beside itself.
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Each command is a bundle of its own, so that none of them takes longer to start because of the others. */
const startingPoints = ['run.ts', 'command-table.ts']
  .map((name) => readFileSync(`src/cli/${name}`, 'utf8'))
  .join()
const commandBundles = Object.fromEntries(
  [...startingPoints.matchAll(/import\('\.\/commands\/([\w-]+)\.ts'\)/g)].map(([, name]) => [
    `cli/commands/${name}.ts`,
    `command-${name}`,
  ]),
)
/** Parts that are loaded only when they are needed, by `await import(...)`, from a bundle of their own. */
const lateBundles = {
  'cli/connection/connection.ts': 'connection',
  'cli/connection/local-status.ts': 'local-status',
  'daemon/main.ts': 'daemon',
  'demo/main.ts': 'demo',
  'edges/settings-file.ts': 'settings-file',
  'edges/aws/iam.ts': 'iam',
  'edges/aws/sts.ts': 'sts',
}
const siblingBundles = {
  name: 'sibling-bundles',
  setup(api) {
    api.onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      const bundle = { ...lateBundles, ...commandBundles }[relative(resolve('src'), join(resolveDir, path))]
      return bundle === undefined ? undefined : { path: `./${bundle}.cjs`, external: true }
    })
  },
}

const shared = {
  bundle: true,
  platform: 'node',
  // ES modules first: what is not used of them is left out.
  mainFields: ['module', 'main'],
  target: 'node20.19',
  format: 'cjs',
  // import() would start Node's module loader and have it read the bundle for exports: 10 ms. It becomes require().
  supported: { 'dynamic-import': false },
  minifySyntax: true,
  legalComments: 'none',
  define: { MFAD_VERSION: JSON.stringify(version) },
  external: ['node-notifier'],
  alias: {
    // The SDK never looks for credentials by itself, and half of it stays out.
    '@aws-sdk/credential-provider-node': './src/edges/aws/no-credential-provider.ts',
    // It would print a proxy's password.
    debug: './src/edges/aws/no-debug.ts',
  },
  logLevel: 'warning',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  plugins: [siblingBundles],
}
const entryPoints = (bundles) =>
  Object.fromEntries(Object.entries(bundles).map(([path, name]) => [name, `src/${path}`]))
await build({ ...shared, entryPoints: entryPoints(lateBundles) })
// What every command loads: a shorter text is compiled sooner. Names stay, for the report of a bug.
const short = { ...shared, minifyWhitespace: true }
await build({ ...short, entryPoints: { mfad: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } })
await build({ ...short, entryPoints: entryPoints(commandBundles) })
chmodSync('dist/mfad.cjs', 0o755)
// What an older build left would be packed too.
for (const name of readdirSync('dist')) {
  if (
    !['mfad', ...Object.values({ ...lateBundles, ...commandBundles })].some(
      (bundle) => name === `${bundle}.cjs`,
    )
  )
    rmSync(`dist/${name}`)
}
