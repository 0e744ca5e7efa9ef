// Bundles the CLI (one CommonJS file, so that it starts fast), and apart from it what only some commands need: the daemon,
// the AWS SDK, and the demo.
// node-notifier stays outside: it looks for files beside itself.
import { chmodSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

/** Parts that are loaded only when they are needed, from a bundle of their own. */
const lateBundles = { 'daemon/main.ts': 'daemon', 'demo/main.ts': 'demo', 'edges/sts.ts': 'sts' }
const siblingBundles = {
  name: 'sibling-bundles',
  setup(api) {
    api.onResolve({ filter: /\/(daemon\/main|demo\/main|edges\/sts)\.ts$/ }, ({ kind, path }) => {
      const part = Object.keys(lateBundles).find((ending) => path.endsWith(ending))
      return kind === 'dynamic-import' ? { path: `./${lateBundles[part]}.cjs`, external: true } : undefined
    })
  },
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minifySyntax: true,
  legalComments: 'none',
  define: { MFAD_VERSION: JSON.stringify(version) },
  external: ['node-notifier'],
  logLevel: 'warning',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  plugins: [siblingBundles],
}
await build({ ...shared, entryPoints: { mfad: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' } })
await build({
  ...shared,
  entryPoints: { daemon: 'src/daemon/main.ts', demo: 'src/demo/main.ts', sts: 'src/edges/sts.ts' },
})
chmodSync('dist/mfad.cjs', 0o755)
// What an older build left would be packed too.
for (const name of readdirSync('dist')) {
  if (!['mfad.cjs', 'daemon.cjs', 'demo.cjs', 'sts.cjs'].includes(name))
    rmSync(`dist/${name}`, { recursive: true })
}
