// Bundles the CLI (one CommonJS file, so that it starts fast), and apart from it what only some commands need: the
// daemon, the AWS SDK, the demo, and whatever would only make the start of `mfad status` longer.
// node-notifier stays outside: it looks for files beside itself.
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Parts that are loaded only when they are needed, by `await import(...)`, from a bundle of their own. */
const lateBundles = {
  'cli/connection/local-status.ts': 'local-status',
  'cli/commands/config.ts': 'config',
  'cli/commands/prompt.ts': 'prompt',
  'cli/commands/service.ts': 'service',
  'cli/commands/setup.ts': 'setup',
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
      const bundle = lateBundles[relative(resolve('src'), join(resolveDir, path))]
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
await build({ ...shared, entryPoints: { mfad: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } })
await build({
  ...shared,
  entryPoints: Object.fromEntries(Object.entries(lateBundles).map(([path, name]) => [name, `src/${path}`])),
})
chmodSync('dist/mfad.cjs', 0o755)
// What an older build left would be packed too.
for (const name of readdirSync('dist')) {
  if (!['mfad', ...Object.values(lateBundles)].some((bundle) => name === `${bundle}.cjs`))
    rmSync(`dist/${name}`)
}
