// Bundles the three programs: the CLI (one CommonJS file, so that it starts fast), the daemon and the demo.
// node-notifier stays outside: it looks for files beside itself.
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { build } from 'esbuild'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

/** The CLI reaches the daemon and the demo only by loading their finished bundles. */
const siblingBundles = {
  name: 'sibling-bundles',
  setup(api) {
    api.onResolve({ filter: /\/(daemon|demo)\/main\.ts$/ }, (args) => ({
      path: `./${/(daemon|demo)\/main\.ts$/.exec(args.path)[1]}.cjs`,
      external: true,
    }))
  },
}

rmSync('dist', { recursive: true, force: true })
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { MFAD_VERSION: JSON.stringify(version) },
  external: ['node-notifier'],
  logLevel: 'warning',
}
await build({
  ...shared,
  entryPoints: { mfad: 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  plugins: [siblingBundles],
  banner: { js: '#!/usr/bin/env node' },
})
await build({
  ...shared,
  entryPoints: { daemon: 'src/daemon/main.ts', demo: 'src/demo/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
})
chmodSync('dist/mfad.cjs', 0o755)
