// Bytes to text and back without losing any, and text as Python sees it: its line ends and its white space.

/** Text of a file and how it was decoded: as UTF-8, or, where it is none, one character per byte. */
export type DecodedText = { text: string; isUtf8: boolean }

/** So many arguments any function call can take. */
const chunkLength = 8192

/** Never loses a byte: `encode(decode(bytes))` is `bytes`. A byte order mark stays in the text. */
export function decode(bytes: Uint8Array): DecodedText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), isUtf8: true }
  } catch {
    return { text: oneCharacterPerByte(bytes), isUtf8: false }
  }
}

export function encode({ text, isUtf8 }: DecodedText): Uint8Array {
  if (isUtf8) return new TextEncoder().encode(text)
  const encoder = new TextEncoder()
  const bytes = new Uint8Array(text.length)
  for (let offset = 0; offset < text.length; offset += chunkLength) {
    const chunk = text.slice(offset, offset + chunkLength)
    if (!/[^\0-\x7f]/.test(chunk)) encoder.encodeInto(chunk, bytes.subarray(offset))
    else for (let index = 0; index < chunk.length; index++) bytes[offset + index] = chunk.charCodeAt(index)
  }
  return bytes
}

/**
 * The same text, as one that nothing else belongs to. V8 makes no copy of what is cut out of a text, so one access key id
 * would keep the whole file in memory for as long as it is remembered; what is put together is copied when it is cut.
 */
export function detached(part: string): string {
  return ` ${part}`.slice(1)
}

/** Not TextDecoder('latin1'): that one is windows-1252 and maps 0x80–0x9f elsewhere. */
function oneCharacterPerByte(bytes: Uint8Array): string {
  const chunks: string[] = []
  for (let offset = 0; offset < bytes.length; offset += chunkLength)
    chunks.push(String.fromCharCode(...bytes.subarray(offset, offset + chunkLength)))
  return chunks.join('')
}

/** The lines of a text without their ends; after a final line end comes one more, empty line. `\n`, `\r\n` and a
 * lone `\r` end a line, as in Python (the AWS SDKs know no lone `\r`). */
export function splitLines(text: string): string[] {
  return text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')
}

export function countLineEnds(text: string): number {
  const lineEnd = /\r\n|\n|\r/g
  let count = 0
  while (lineEnd.test(text)) count++
  return count
}

/** The offset at which the line that holds an offset ends, before its line end. */
export function endOfLine(text: string, offset: number): number {
  const lineEnd = /[\r\n]/g
  lineEnd.lastIndex = offset
  return lineEnd.exec(text)?.index ?? text.length
}

/** The line end that starts at an offset; empty at the end of the text. */
export function lineEndAt(text: string, offset: number): '' | '\n' | '\r\n' | '\r' {
  const code = text.charCodeAt(offset)
  if (code === 10) return '\n'
  if (code !== 13) return ''
  return text.charCodeAt(offset + 1) === 10 ? '\r\n' : '\r'
}

/** The line end just before an offset. */
export function lineEndBefore(text: string, offset: number): '' | '\n' | '\r\n' | '\r' {
  if (text.endsWith('\r\n', offset)) return '\r\n'
  if (text.endsWith('\n', offset)) return '\n'
  return text.endsWith('\r', offset) ? '\r' : ''
}

/** The line end that new lines of a file get: `\r\n` where the file's first `\n` belongs to one, else `\n`. A file
 * that only knows the lone `\r` gets `\n`, since the SDKs would not see lines that end otherwise. */
export function lineEndOf(text: string): '\n' | '\r\n' {
  const first = text.indexOf('\n')
  return first > 0 && text[first - 1] === '\r' ? '\r\n' : '\n'
}

/** Characters that only one of Python and JavaScript takes for white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const disputedSpace = /[\u001c-\u001f\u0085\ufeff]/

/** Python's `str.strip`. */
export function stripPython(text: string): string {
  if (!disputedSpace.test(text)) return text.trim()
  let start = 0
  let end = text.length
  while (start < end && isPythonSpace(text, start)) start++
  while (end > start && isPythonSpace(text, end - 1)) end--
  return text.slice(start, end)
}

/** The number of characters that Python takes for white space at the start of a line. */
export function indentationOf(line: string): number {
  if (!disputedSpace.test(line)) return line.length - line.trimStart().length
  let indentation = 0
  while (indentation < line.length && isPythonSpace(line, indentation)) indentation++
  return indentation
}

function isPythonSpace(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if ((code >= 0x1c && code <= 0x1f) || code === 0x85) return true
  return code !== 0xfeff && text.charAt(index).trim() === ''
}

/** Python's `str.splitlines`, which breaks at more than the line ends of files. */
export function splitLinesPython(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  return text.split(/\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/)
}
