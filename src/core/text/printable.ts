// Names from a file, and what a command printed, as they may be shown.

/** A name as it may be printed: control characters, invisible ones and the like are shown escaped, and it is cut at `most` characters. */
export function printable(name: string, most = 64): string {
  const safe = escaped(name)
  return safe.length > most ? `${safe.slice(0, most - 1)}…` : safe
}

/** Plain text does not need the tables of Unicode, which take time to load. */
function escaped(name: string): string {
  if (/^[ -~]*$/.test(name)) return name
  return name.replace(/[^\x20-\x7e\u00a1-\ud7ff\ue000-\ufffd]|[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
}
