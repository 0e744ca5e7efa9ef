// Names from a file, as they may be shown.

/** A name as it may be printed: control characters, invisible ones and the like are shown escaped, and it is cut at 64 characters. */
export function printable(name: string): string {
  const safe = name.replace(/[^\x20-\x7e\u00a1-\ud7ff\ue000-\ufffd]|[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  })
  return safe.length > 64 ? `${safe.slice(0, 63)}…` : safe
}
