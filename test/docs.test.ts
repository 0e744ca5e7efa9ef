// What the README and docs/ say of the program, held against the program: a page that has fallen behind is a defect.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../src/cli/command-table.ts'
import { awsVariableNames } from '../src/core/login/sts-target.ts'
import { pathVariables } from '../src/core/service/environment.ts'

const pages = ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)]
const textOf = (page: string) => readFileSync(page, 'utf8')
const allText = pages.map(textOf).join('\n')
const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => textOf(join('src', name)))
  .join('\n')
/** With each of the words that a message chooses between. */
const choice = /\$\{[^{}]*\? '([^']*)' : '([^']*)'\}/g
const sourceText = [source, source.replace(choice, '$1'), source.replace(choice, '$2')].join('\n')

describe('the pages', () => {
  it('link to places that exist', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter(
          ({ path, anchor }) => !existsSync(path) || (anchor !== '' && !anchorsOf(path).includes(anchor)),
        )
        .map(({ path, anchor }) => `${page} → ${path}#${anchor}`),
    )
    expect(broken).toEqual([])
  })

  it('are all reached from the README, which fits into 1,500 words', () => {
    const linked = linksOf('README.md').map(({ path }) => path)
    expect(pages.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([])
    expect(textOf('README.md').trim().split(/\s+/).length).toBeLessThanOrEqual(1500)
  })

  it('name every command in the README, none that is not there, and every option', () => {
    const table = section(textOf('README.md'), '## Commands')
    const cells = [...table.matchAll(/^\| (`.*?`) +\| /gm)].map(([, cell = '']) => cell)
    const named = cells.flatMap((cell) =>
      [...cell.matchAll(/`(?:mfad )?([a-z][a-z-]*)/g)].map(([, name]) => name),
    )
    expect([...new Set(named)].filter((name) => name !== 'mfad').sort()).toEqual(
      commands.map(({ name }) => name).sort(),
    )
    const options = commands.flatMap(({ options }) => Object.keys(options).map((name) => `--${name}`))
    expect(options.filter((option) => !allText.includes(option))).toEqual([])
  })

  it('list every setting, and none that is not there', () => {
    const table = section(textOf('docs/settings.md'), '## Every setting')
    const listed = [...table.matchAll(/^\| \[`(\w+)`\]/gm)].map(([, key]) => key)
    const readers = [...textOf('src/core/settings/settings.ts').matchAll(/^ {2}(\w+): \(text\) =>/gm)]
    expect(listed).toEqual(readers.map(([, key]) => key))
  })

  it('name every environment variable that the daemon takes', () => {
    const table = section(textOf('docs/settings.md'), '## Environment variables')
    const taken = [...pathVariables, ...awsVariableNames]
    expect(taken.filter((name) => !table.includes(`\`${name}\``))).toEqual([])
  })

  it('list every folder and file of src in the map, each once and in its folder', () => {
    const [, map = ''] = textOf('docs/how-it-is-built.md').split(/<!-- the map (?:begins|ends) -->/)
    const rows = map.split('\n').filter((row) => row !== '')
    const listed = rows.map((row) => /^ *- `(.+?)` — \S/.exec(row)?.[1] ?? `not a row of the map: ${row}`)
    expect([...listed].sort()).toEqual(sourcePaths())
    const depths = listed.map((path) => path.replace(/\/$/, '').split('/').length - 2)
    const outOfPlace = rows.filter((row, index) => {
      const above = listed.slice(0, index).findLast((_, at) => (depths[at] ?? 0) < (depths[index] ?? 0))
      const isIndented = row.search(/\S/) === 2 * (depths[index] ?? 0)
      return !isIndented || !(listed[index] ?? '').startsWith(above ?? 'src/')
    })
    expect(outOfPlace).toEqual([])
  })

  it('quote messages that the program has', () => {
    const messages = [...textOf('docs/troubleshooting.md').matchAll(/^\| (.+?) \| /gm)]
      .flatMap(([, cell = '']) =>
        [...cell.matchAll(/`([^`]*[a-z] [^`]*)`/g)].map(([, message = '']) => message),
      )
      .filter((message) => !message.startsWith('mfad '))
    const strange = messages.filter(
      (message) => !fixedParts(message).every((part) => sourceText.includes(part)),
    )
    expect(messages.length).toBeGreaterThan(40)
    expect(strange).toEqual([])
  })
})

/** All of src, folders with a slash at their end. */
function sourcePaths(): string[] {
  return readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.name.endsWith('.ts'))
    .map((entry) => `${join(entry.parentPath, entry.name)}${entry.isDirectory() ? '/' : ''}`)
    .sort()
}

/** The links to files, with the path from here. */
function linksOf(page: string): { path: string; anchor: string }[] {
  return [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#')
      return { path: file === '' ? page : join(dirname(page), file), anchor }
    })
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

function section(text: string, heading: string): string {
  const [, after = ''] = text.split(`${heading}\n`)
  return after.split(/^## /m)[0] ?? ''
}

/** What of a message is no name, number or path of the reader's. */
function fixedParts(message: string): string[] {
  return message
    .split(/…|\[?dev(?:-mfa)?\]?|\d+/)
    .map((part) => part.replace(/^[\s:/.]+|[\s:,(]+$/g, ''))
    .filter((part) => part.length > 3)
}
