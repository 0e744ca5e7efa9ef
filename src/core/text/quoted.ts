// Words of ours that a shell is to take as one word.

/** A path or a name as a shell takes it, for commands in hints. A leading `=` is the path of a program to zsh. */
export function quoted(text: string): string {
  return /^(?!=)[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
