// Parts of Node that a package loads and that the daemon does not need, with what takes their place in the bundles. Each of them
// takes half a MiB or more in a process that runs all day. test/integration/memory.test.ts tells when one of them is loaded again.

/** `importers`: the files of the packages. `stands`: by the module that they import, the text of the module that they get instead. */
const parts = [
  {
    // pino can write from another thread, which we never ask it to.
    importers: /\/node_modules\/(?:pino|sonic-boom)\//,
    stands: {
      './transport': "module.exports = () => { throw new Error('pino writes from this thread only') }",
      './lib/transport': "module.exports = () => { throw new Error('pino writes from this thread only') }",
      worker_threads: 'exports.isMainThread = true',
      assert: 'module.exports = (value, message) => { if (!value) throw new Error(message) }',
    },
  },
  {
    // The same system calls without Node's file handles, streams and readline. What else they import is for Windows.
    importers: /\/node_modules\/(?:chokidar|readdirp)\//,
    stands: {
      'node:fs/promises': `
        const { lstat, readdir, realpath, stat } = require('node:fs')
        const { promisify } = require('node:util')
        exports.lstat = promisify(lstat)
        exports.readdir = promisify(readdir)
        exports.realpath = promisify(realpath.native)
        exports.stat = promisify(stat)`,
    },
  },
]

/** For esbuild. */
export const packageParts = {
  name: 'package-parts',
  setup(api) {
    parts.forEach(({ importers, stands }, index) => {
      const namespace = `package-parts-${index}`
      api.onResolve({ filter: /.*/ }, ({ path, importer }) =>
        Object.hasOwn(stands, path) && importers.test(importer) ? { path, namespace } : undefined,
      )
      api.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: stands[path] }))
    })
  },
}
