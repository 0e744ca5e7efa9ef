// Splits a credential_process into its words as botocore does, which is Python's shlex.split: quotes and backslashes as in a
// shell, and nothing else of a shell. `$HOME`, `~`, `|` and `;` mean themselves.

type Wrong = 'no closing quotation mark' | 'nothing after its last backslash' | 'no words'

/** The words, or what is wrong. */
export function splitCommand(command: string): string[] | Wrong {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  let isEscaped = false
  for (const character of command) {
    if (isEscaped) {
      const isKept = quote !== undefined && character !== quote && character !== '\\'
      word = (word ?? '') + (isKept ? '\\' : '') + character
      isEscaped = false
    } else if (character === '\\' && quote !== "'") {
      isEscaped = true
      word ??= ''
    } else if (character === quote) quote = undefined
    else if (quote === undefined && /["']/.test(character)) {
      quote = character
      word ??= ''
    } else if (quote === undefined && /[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (isEscaped) return 'nothing after its last backslash'
  if (quote !== undefined) return 'no closing quotation mark'
  if (word !== undefined) words.push(word)
  return words.length === 0 ? 'no words' : words
}

/** Would these words run mfad itself? It would wait for itself. */
export function isMfadCommand([program = '', first = '']: readonly string[]): boolean {
  const isMfad = (word: string) => /^mfad(?:\.cjs)?$/.test(baseName(word))
  return isMfad(program) || (/^(?:node|nodejs|npx|env)$/.test(baseName(program)) && isMfad(first))
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
