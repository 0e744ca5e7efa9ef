// What an installed service starts, read from its file: the other way round than systemd-unit.ts and launchd-agent.ts.

/** The words of `ExecStart=`. Of a line that we have not written, what stands between spaces. */
export function unitArgv(unit: string): string[] {
  const line = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? ''
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
  return words.map((word, index) => {
    const text = word
      .replace(/^"(.*)"$/s, '$1')
      .replace(/\\(.)/gs, '$1')
      .replaceAll('%%', '%')
    return index === 0 ? text : text.replaceAll('$$', () => '$')
  })
}

/** The strings of `ProgramArguments`. */
export function propertyListArgv(text: string): string[] {
  const array = /<key>ProgramArguments<\/key>\s*<array>(.*?)<\/array>/s.exec(text)?.[1] ?? ''
  return [...array.matchAll(/<string>(.*?)<\/string>/gs)].map(([, word = '']) => unescaped(word))
}

/** The string of a key such as `StandardErrorPath`. */
export function propertyListString(text: string, key: string): string | undefined {
  const [, word] = new RegExp(`<key>${key}</key>\\s*<string>(.*?)</string>`, 's').exec(text) ?? []
  return word === undefined ? undefined : unescaped(word)
}

function unescaped(word: string): string {
  return word.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
