// Text that a terminal can show: names in a file, and what another program says, could hold escape sequences.

const unsafeCharacter = /(?!\n)\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Text without control characters, other than line ends. Plain text does not need the tables of Unicode, which take time to load. */
export function clean(text: string): string {
  if (/^[\n -~]*$/.test(text)) return text
  return text.replace(unsafeCharacter, '?')
}

/** The same JSON, with the control characters escaped that JSON.stringify leaves in: a terminal could obey them. */
export function escapeUnsafe(json: string): string {
  return json.replace(unsafeCharacter, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
