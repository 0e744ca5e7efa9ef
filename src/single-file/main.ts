// The entry of mfad as a single file, in place of dist/mfad.cjs. The bundles are in it as they are in `dist`; since its `require`
// knows Node's own modules only, they are loaded here.
import { getAsset, getRawAsset } from 'node:sea'
import { Script } from 'node:vm'

/** What is in the file and can be loaded; see executable.mjs. */
declare const MFAD_BUNDLES: readonly string[]
/** Those of them for which the file also holds what V8 has compiled. */
declare const MFAD_COMPILED: readonly string[]

type Module = { exports: unknown }

const loaded = new Map<string, Module>()

function load(id: string): unknown {
  const name = id.replace(/^\.\//, '')
  if (!MFAD_BUNDLES.includes(name)) return require(id)
  const known = loaded.get(name)
  if (known !== undefined) return known.exports
  const module: Module = { exports: {} }
  loaded.set(name, module)
  const text = `(function (exports, require, module) {${getAsset(name, 'utf8')}\n})`
  new Script(text, { filename: name, ...compiled(name) }).runInThisContext()(module.exports, load, module)
  return module.exports
}

/** What V8 has compiled of a bundle. It compiles the text itself where another V8 has made this. */
function compiled(name: string): { cachedData?: Uint8Array } {
  if (!MFAD_COMPILED.includes(name)) return {}
  return { cachedData: new Uint8Array(getRawAsset(`${name}.cache`) as ArrayBuffer) }
}

// Node puts here what was typed, which may be a bare name; it is the path of this program for all that asks for it.
process.argv[1] = process.execPath
const [, , word] = process.argv
load(bundleOf(word))

/** The process that asks the keyring is started by the name of its bundle. */
function bundleOf(name: string | undefined): string {
  if (name === 'keyring.cjs') return name
  const command = `command-${name}.cjs`
  return MFAD_BUNDLES.includes(command) ? command : 'overview.cjs'
}
