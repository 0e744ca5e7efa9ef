// The licences of the packages whose code is in the bundles, with their texts, as those ask for.
import { readdirSync, readFileSync } from 'node:fs'

/** `files`: paths as esbuild lists them. Each text once, below the packages that it is for. Throws for a package without one. */
export function licencesOf(files) {
  const directories = new Set([...files].flatMap((path) => packageDirectory(path) ?? []))
  const packages = [...directories].sort().map((directory) => ({
    ...JSON.parse(readFileSync(`${directory}/package.json`, 'utf8')),
    text: textIn(directory),
  }))
  const namesByText = new Map()
  for (const { name, version, license, text = siblingText(packages, name) } of packages)
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version} (${license})`])
  const parts = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}`)
  return `mfad holds code of these packages:\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

/** `node_modules/a/node_modules/@b/c` of `node_modules/a/node_modules/@b/c/dist/index.js`; undefined for our own files. */
function packageDirectory(path) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
}

function textIn(directory) {
  const names = readdirSync(directory).filter((name) =>
    /^(?:licen[cs]e|notice|copying)(?:[.-].*)?$/i.test(name),
  )
  const texts = names.map((name) => readFileSync(`${directory}/${name}`, 'utf8').trim())
  return texts.length === 0 ? undefined : texts.join('\n\n')
}

/** Some repositories ship the text with one of their packages only. */
function siblingText(packages, name) {
  const repositoryOf = ({ repository }) => repository?.url ?? repository
  const own = packages.find((each) => each.name === name)
  const sibling = packages.find(
    (each) => each.text !== undefined && repositoryOf(own) && repositoryOf(each) === repositoryOf(own),
  )
  if (sibling?.license === own.license) return sibling.text
  throw new Error(`${name} ships no text of its licence`)
}
