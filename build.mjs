// Bundles the CLI (one CommonJS file, so that it starts fast), and apart from it what only some commands need: the
// daemon, the AWS SDK, the demo, and whatever would only make the start of `mfad status` longer.
// node-notifier and the keyring stay outside: they look for files beside themselves.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  'cli/commands/env-endpoint.ts': 'env-endpoint',
  'cli/connection/connection.ts': 'connection',
  'cli/connection/local-status.ts': 'local-status',
  'daemon/main.ts': 'daemon',
  'demo/main.ts': 'demo',
  'edges/container-endpoint.ts': 'container-endpoint',
  'edges/settings-file.ts': 'settings-file',
  'edges/aws/iam.ts': 'iam',
  'edges/aws/sign-in.ts': 'sign-in',
  'edges/aws/sts.ts': 'sts',
  // A program of its own; see there.
  'edges/keys/keyring-process.ts': 'keyring',
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
/** The table of commands without the commands. */
const lateImportsStayOut = {
  name: 'late-imports-stay-out',
  setup(api) {
    api.onResolve({ filter: /\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
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
  external: ['node-notifier', '@napi-rs/keyring'],
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
const manualPages = await writeManualPages()
// What an older build left would be packed too.
for (const name of readdirSync('dist')) {
  const bundles = ['mfad', ...Object.values({ ...lateBundles, ...commandBundles })]
  const isBundle = bundles.some((bundle) => name === `${bundle}.cjs`)
  if (!isBundle && !manualPages.includes(name)) rmSync(`dist/${name}`)
}

/** Out of the table of commands and the pages of docs/, so that they are never behind. Answers their names. */
async function writeManualPages() {
  const { outputFiles } = await build({
    entryPoints: ['man/pages.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    plugins: [lateImportsStayOut],
  })
  const { commandPage, settingsPage } = await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`
  )
  const builtAt = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Math.floor(Date.now() / 1000)) * 1000)
  const facts = {
    version,
    date: builtAt.toISOString().slice(0, 10),
    docs: {
      settings: readFileSync('docs/settings.md', 'utf8'),
      integrations: readFileSync('docs/integrations.md', 'utf8'),
    },
  }
  writeFileSync('dist/mfad.1', commandPage(facts))
  writeFileSync('dist/mfad-config.5', settingsPage(facts))
  return ['mfad.1', 'mfad-config.5']
}
