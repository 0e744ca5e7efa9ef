// Single keys, for what redraws the screen. While they are listened to, the terminal neither shows them nor makes signals of
// them, so Ctrl-C and Ctrl-Z are made to mean here what they always mean.

export type Keys = {
  onKey(act: (key: string) => void): void
  /** The terminal works as it did before, until `take`. */
  giveBack(): void
  take(): void
  /** The same as `giveBack`, for good. */
  close(): void
}

const signalOf: Readonly<Record<string, NodeJS.Signals>> = {
  '\u0003': 'SIGINT',
  '\u001a': 'SIGTSTP',
  '\u001c': 'SIGQUIT',
}

/** Hears nothing where standard input is no terminal. */
export function openKeys(): Keys {
  const { stdin } = process
  const isTerminal = stdin.isTTY === true
  let act: (key: string) => void = () => undefined
  const listen = (text: string) => {
    for (const key of text) {
      const signal = signalOf[key]
      // 0: the whole group, as a terminal does it.
      if (signal !== undefined) process.kill(0, signal)
      else act(key)
    }
  }
  const take = () => {
    if (isTerminal) stdin.setRawMode(true).resume()
  }
  const giveBack = () => {
    if (isTerminal) stdin.setRawMode(false).pause()
  }
  if (isTerminal) stdin.setEncoding('utf8').on('data', listen)
  take()
  return {
    onKey(next) {
      act = next
    },
    take,
    giveBack,
    close() {
      giveBack()
      if (isTerminal) stdin.off('data', listen)
    },
  }
}
