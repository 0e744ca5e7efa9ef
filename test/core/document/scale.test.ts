// Files of a size that nobody should have. The limits in seconds are many times what is taken; what grows with the
// square of the size would take minutes.
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { CredentialsDocument } from '../../../src/core/document/document.ts'
import { removeSection, setSection } from '../../../src/core/document/edit.ts'
import { parseDocument } from '../../../src/core/document/parse.ts'
import { AppError } from '../../../src/core/errors.ts'
import { findingWarnings } from '../../../src/core/status.ts'
import { sectionChanges } from '../../../src/core/writes/section-changes.ts'

const ownKeys = ['aws_access_key_id', 'aws_session_token', 'region']
const values = new Map([
  ['aws_access_key_id', 'ASIA1'],
  ['aws_session_token', 'abc=='],
])

const parse = (text: string) => parseDocument(new TextEncoder().encode(text))
const numbered = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('')

/** Reads a text, and sets and removes sections in it as far as they can be. */
function exercise(text: string): CredentialsDocument {
  const document = parse(text)
  for (const edit of [
    () => setSection(document, 'new', ownKeys, values),
    () => setSection(document, 'a', ownKeys, values),
    () => removeSection(document, 'a', ownKeys),
  ]) {
    try {
      edit()
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
    }
  }
  return document
}

function secondsOf(work: () => unknown): number {
  const startedAt = performance.now()
  work()
  return (performance.now() - startedAt) / 1000
}

describe('one line of 5 MB', () => {
  const size = 5e6
  const times = (text: string) => text.repeat(size / text.length)
  it.each([
    ['as a value', `[a]\nk = ${times('x')}\n`],
    ['as a value of words', `[a]\nk = ${times('x ')}y\n`],
    ['as a value that is not plain at its end', `[a]\nk = ${times('x')}é\n`],
    ['as a value without a line end', `[a]\nk = ${times('x')}`],
    ['as a value in quotes', `[a]\nk = "${times('x')}"\n`],
    ['as white space in a value', `[a]\nk = v${times(' ')}w\n`],
    ['as white space that only Python knows', `[a]\nk = v${times('\u001c')}w\n`],
    ['as a comment', `[a]\n#${times(' #')}\n`],
    ['as a comment after a value', `[a]\nk = v #${times(' #')}\n`],
    ['as a comment after a header', `[a] #${times(' #')}\n`],
    ['as a comment with a bracket after a header', `[a] #${times(' #')}]\n`],
    ['as white space after a header', `[a]${times(' ')}\nk = v\n`],
    ['as white space before text after a header', `[a]${times(' ')}x\nk = v\n`],
    ['as a header', `[${times('x')}]\n`],
    ['as a header that does not end', `[a]\n[${times('x')}\n`],
    ['as a header of words', `[profile${times(' ')}x]\n[${times('x ')}]\n`],
    ['as a header in quotes', `[profile "${times('x')}"]\n[profile "${times('y')}]\n`],
    ['as a key', `[a]\n${times('k')} = v\n`],
    ['as a line without a separator', `[a]\n${times('k ')}\n`],
    ['as a nested value', `[a]\ns3 =\n  k = ${times('x')}\n`],
    ['as nested separators', `[a]\ns3 =\n  ${times('a=')}\n`],
    ['of spaces', `[a]\n${times(' ')}`],
    ['of spaces before text', `[a]\n${times(' ')}x`],
    ['of [', times('[')],
    ['of ]', `[a]\n${times(']')}`],
    ['of []', times('[]')],
    ['of =', `[a]\n${times('=')}`],
    ['of ;', `[a]\n${times(';')}`],
    ['of :', `[a]\n${times(':')}`],
    ['of NUL', `[a]\n${times('\0')}`],
  ])('stays short %s', (_, text) => {
    expect(secondsOf(() => exercise(text))).toBeLessThan(30)
  })
})

it.each([
  ['a value', '[a]\nk = ', 'x', '\n'],
  ['a comment', '[a]\n', '#', '\n'],
  ['a header', '[', 'x', ']\n'],
  ['a comment after a header', '[a] #', ' x', '\n'],
  ['a word', '[a]\n', 'x', ''],
])('%s of 64 MiB, the most that is ever read, is read', (_, before, text, after) => {
  const file = before + text.repeat(2 ** 26 / text.length) + after
  expect(parse(file).toBytes().length).toBe(file.length)
})

describe('many lines', () => {
  it.each([
    ['1 MB of carriage returns', `[a]\n${'\r'.repeat(1e6)}`],
    ['1 MB of line ends', `[a]\nk =\n${'\n'.repeat(1e6)}  j = v\n`],
    ['100,000 lines of one value', `[a]\nk = v\n${'  more\n'.repeat(1e5)}`],
    ['100,000 lines of a nested block', `[a]\nk =\n${'  a = b\n'.repeat(1e5)}`],
    ['100,000 keys in a nested block', `[a]\nk =\n${numbered(1e5, (index) => `  k${index} = v\n`)}`],
    ['100,000 keys in a section', `[a]\n${numbered(1e5, (index) => `k${index} = v\n`)}`],
    ['100,000 odd keys in a section', `[a]\n${numbered(1e5, (index) => `k${index}: v\n`)}`],
    ['100,000 copies of a key', `[a]\n${'k = v\n'.repeat(1e5)}`],
    ['100,000 sections', numbered(1e5, (index) => `[s${index}]\n`)],
    ['100,000 sections and one odd line', `${numbered(1e5, (index) => `[s${index}]\nk = v\n`)}k: v\n`],
    ['100,000 sections with a nested block', numbered(1e5, (index) => `[s${index}]\ns3 =\n  k = v\n`)],
    ['100,000 odd sections', numbered(1e5, (index) => `[s${index}]#\n`)],
    ['100,000 copies of a section', '[a]\nk = v\n'.repeat(1e5)],
    ['100,000 copies of [DEFAULT]', '[DEFAULT]\n'.repeat(1e5)],
    [
      '50,000 sections of two spellings',
      numbered(5e4, (index) => `[profile "s${index}"]\nk = v\n[profile s${index}]\nj = w\n`),
    ],
  ])('stay short: %s', { timeout: 120_000 }, (_, text) => {
    expect(secondsOf(() => exercise(text))).toBeLessThan(60)
  })
})

describe('findings', () => {
  const oddLines = (count: number) => parse(`[a]\n${numbered(count, (index) => `k${index} = "v"\n`)}`)

  it('are all there, up to 100,000', () => {
    expect(oddLines(20_000).findings.length).toBe(20_000)
    expect(setSection(oddLines(20_000), 'new', ownKeys, values).sections.has('new')).toBe(true)
  })

  it('are no more than 100,000, and a file with more is not written to', () => {
    const document = oddLines(150_000)
    expect(document.findings.length).toBe(100_001)
    expect(document.findings.filter(({ rejectsFile }) => rejectsFile)).toMatchObject([
      { code: 'file.too-many-findings', line: 100_002 },
    ])
    expect(() => setSection(document, 'new', ownKeys, values)).toThrow('more than 100,000 lines')
    expect(() => removeSection(document, 'a', ownKeys)).toThrow('more than 100,000 lines')
  })

  it('become no more than 50 warnings', () => {
    expect(findingWarnings(oddLines(20_000).findings, '/f').length).toBe(50)
  })
})

it('does not let a small file ask for more memory than there is: keys of [DEFAULT] times sections', () => {
  const defaults = Array.from({ length: 2000 }, (_, index) => `k${index} = v\n`).join('')
  const others = Array.from({ length: 2000 }, (_, index) => `[s${index}]\n`).join('')
  const document = parseDocument(new TextEncoder().encode(`[DEFAULT]\n${defaults}${others}`))
  expect(document.findings.filter(({ rejectsFile }) => rejectsFile)).toMatchObject([
    { code: 'file.default-section-too-large', line: 1 },
  ])
  expect(document.sections.get('s0')?.entries.size).toBe(0)
})

describe('what is remembered of a large file', () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  const heapMiB = () => {
    collect()
    return getHeapStatistics().used_heap_size / 2 ** 20
  }
  const plain = (index: number) =>
    `[production-${index}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE${index}\n\n`
  const odd = (index: number) => `[production-${index}]\naws_access_key_id: AKIAIOSFODNN7EXAMPLE${index}\n\n`

  it.each([
    ['of plain sections', plain, 400_000],
    ['of odd sections', odd, 100_000],
  ])('does not keep the file in memory: one %s', (_what, section, count) => {
    const before = heapMiB()
    const remember = () => {
      const document = parse(numbered(count, section))
      const [name = ''] = document.sections.keys()
      const changed = setSection(document, 'a', ownKeys, values)
      const { key, value } = document.sections.get(name)?.entries.get('aws_access_key_id') ?? {}
      return [name, key, value, sectionChanges(document, changed), document.text.length]
    }
    const remembered = remember()
    expect(remembered.at(-1)).toBeGreaterThan(6e6)
    expect(heapMiB() - before).toBeLessThan(4)
    expect(remembered[0]).toBe('production-0')
  })
})
