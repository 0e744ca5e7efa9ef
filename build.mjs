// Bundles each command into a CommonJS file of its own, so that it starts fast, and apart from them what is loaded only when it is
// needed: the daemon, the AWS SDK, the demo, and whatever would only make the start of a command longer.
// node-notifier and the keyring stay outside: they look for files beside themselves.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { build } from 'esbuild'
import { licencesOf } from './licences.mjs'
import { packageParts } from './package-parts.mjs'
import { createSdkParts } from './sdk-parts.mjs'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Parts that are loaded only when they are needed, by `await import(...)`, from a bundle of their own. */
const lateBundles = {
  'cli/commands/bare.ts': 'bare',
  'cli/commands/licences.ts': 'licences',
  // Of four commands, none of which is in a hurry.
  'cli/commands/service.ts': 'service',
  'cli/commands/watch.ts': 'watch',
  // `mfad status` and `mfad login` in every form that is more than one request.
  'cli/commands/status-in-full.ts': 'status',
  'cli/commands/login-in-full.ts': 'login',
  'cli/help.ts': 'help',
  'cli/unknown-command.ts': 'unknown-command',
  'cli/connection/known-profiles.ts': 'known-profiles',
  'cli/commands/env-endpoint.ts': 'env-endpoint',
  'cli/connection/connection.ts': 'connection',
  'cli/connection/local-status.ts': 'local-status',
  // For a session that is missing, or that quick-session.ts cannot read.
  'cli/connection/session-reader.ts': 'session-reader',
  'cli/connection/session-shortage.ts': 'session-shortage',
  'cli/commands/session-wait.ts': 'session-wait',
  'daemon/main.ts': 'daemon',
  'demo/main.ts': 'demo',
  'edges/container-endpoint.ts': 'container-endpoint',
  'edges/settings-file.ts': 'settings-file',
  'edges/plain-settings-file.ts': 'plain-settings-file',
  'edges/aws/sts.ts': 'sts',
  // Most computers never need these two.
  'edges/aws/iam.ts': 'iam',
  'edges/aws/proxy-agent.ts': 'proxy-agent',
  'edges/aws/sign-in.ts': 'sign-in',
  // A program of its own; see there.
  'edges/keys/keyring-process.ts': 'keyring',
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
/** The table of commands without the commands. */
const lateImportsStayOut = {
  name: 'late-imports-stay-out',
  setup(api) {
    api.onResolve({ filter: /\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}

/** How a line of the table loads the code of its command. */
const lateCommand = /\(await import\("(\.\/commands\/[\w-]+\.ts)"\)\)/

/** The files that are in any bundle: each package among them has a licence that has to be shipped. */
const bundledFiles = new Set()
const bundle = async (options) => {
  const { metafile } = await build({ ...options, metafile: true })
  for (const path of Object.keys(metafile.inputs)) bundledFiles.add(path)
}

const sdkParts = createSdkParts()
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
  // A shorter text is compiled and installed sooner. The report of a bug has its place in the bundle, which the same build makes again.
  minifyWhitespace: true,
  minifyIdentifiers: true,
  legalComments: 'none',
  define: { MFAD_VERSION: JSON.stringify(version) },
  external: ['node-notifier', '@napi-rs/keyring'],
  alias: {
    // It would print a proxy's password.
    debug: './src/edges/aws/no-debug.ts',
  },
  logLevel: 'warning',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  plugins: [siblingBundles, packageParts, sdkParts.plugin],
}
const entryPoints = (bundles) =>
  Object.fromEntries(Object.entries(bundles).map(([path, name]) => [name, `src/${path}`]))
await bundle({ ...shared, entryPoints: entryPoints(lateBundles) })
sdkParts.checkUsed()
const commandBundles = await buildCommands()
chmodSync('dist/mfad.cjs', 0o755)
const manualPages = await writeManualPages()
writeFileSync('dist/licences.txt', licencesOf(bundledFiles))
// What an older build left would be packed too.
for (const name of readdirSync('dist')) {
  const bundles = ['mfad', 'overview', ...commandBundles, ...Object.values(lateBundles)]
  const isBundle = bundles.some((bundle) => name === `${bundle}.cjs`)
  if (!isBundle && ![...manualPages, 'licences.txt'].includes(name)) rmSync(`dist/${name}`)
}

/**
 * Each command is a program of its own, with its line of the table and no other command, so that none of them takes longer to
 * start because of the rest. `mfad.cjs` starts the one that the first word names; what names none is for the overview, which has
 * the whole table. Answers the names of the bundles.
 */
async function buildCommands() {
  const { commands } = await evaluate('src/cli/command-table.ts')
  // Completion is about the whole table.
  const alone = commands.filter(({ run }) => !/\bcommands\)/.test(run.toString()))
  await Promise.all(
    alone.map((command) =>
      bundle({
        ...shared,
        entryPoints: { [`command-${command.name}`]: 'src/cli/main.ts' },
        plugins: [tableOf(command), siblingBundles],
      }),
    ),
  )
  await bundle({
    ...shared,
    entryPoints: { overview: 'src/cli/main.ts' },
    plugins: [withoutCommands(alone), siblingBundles],
  })
  const names = alone.map(({ name }) => name)
  writeFileSync(
    'dist/mfad.cjs',
    `#!/usr/bin/env node
'use strict'
const commands = ${JSON.stringify(names)}
const [, , name] = process.argv
require(commands.includes(name) ? \`./command-\${name}.cjs\` : './overview.cjs')
`,
  )
  return names.map((name) => `command-${name}`)
}

/**
 * In place of the whole table: the line of one command, with its code imported at once. What is imported late is kept whole, each
 * module in a function of its own; this way only what is used of it stays, and it is one flat piece of code.
 */
function tableOf({ run, ...words }) {
  const [late, path] = lateCommand.exec(run.toString())
  const line = `{ ...${JSON.stringify(words)}, run: ${run.toString().replace(late, 'command')} }`
  return {
    name: 'table-of-one-command',
    setup(api) {
      api.onLoad({ filter: /cli\/command-table\.ts$/ }, () => ({
        contents: `import * as command from ${JSON.stringify(path)}\nexport const commands = [${line}]`,
        loader: 'js',
      }))
    },
  }
}

/** The whole table, without the code of the commands that are programs of their own. */
function withoutCommands(commands) {
  const files = new Set(commands.map(({ run }) => lateCommand.exec(run.toString())[1]))
  return {
    name: 'without-commands',
    setup(api) {
      api.onResolve({ filter: /^\.\/commands\// }, ({ kind, path, importer }) => {
        const isOfTable = importer.endsWith('cli/command-table.ts') && kind === 'dynamic-import'
        return isOfTable && files.has(path) ? { path, namespace: 'elsewhere' } : undefined
      })
      api.onLoad({ filter: /.*/, namespace: 'elsewhere' }, () => ({
        contents: "throw new Error('mfad.cjs starts this command')",
      }))
    },
  }
}

/** A module of src with all that it imports, except what it imports late, as it is when it has run. */
async function evaluate(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    plugins: [lateImportsStayOut],
  })
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
}

/** Out of the table of commands and the pages of docs/, so that they are never behind. Answers their names. */
async function writeManualPages() {
  const { commandPage, settingsPage } = await evaluate('man/pages.ts')
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
