// The table of mounts as Linux shows it, a line for each:
//
//   36 35 98:0 /me/.aws/credentials /root/.aws/credentials rw,noatime master:1 - ext4 /dev/sda2 rw
//              what is mounted       where
//
// What is mounted is named from the top of its own file system, which need not be ours: of `/home/me/.aws/credentials` it shows the
// end. Once the file is another one, `//deleted` follows. Blanks are escaped: `\040`.

type Mount = { mountPoint: string; isReplaced: boolean }

/** The mounts of this very file; not those of a directory that it is in. */
export function fileMounts(table: string, path: string): Mount[] {
  return linesOf(table).flatMap(({ root, mountPoint }) => {
    const source = root.replace(/\/\/deleted$/, '')
    const isOfFile = source.split('/').length > 2 && path.endsWith(source)
    return isOfFile ? [{ mountPoint, isReplaced: source !== root }] : []
  })
}

export function isMountedAt(table: string, path: string): boolean {
  return linesOf(table).some(({ mountPoint }) => mountPoint === path)
}

function linesOf(table: string): { root: string; mountPoint: string }[] {
  return table.split('\n').flatMap((line) => {
    const [, , , root, mountPoint] = line.split(' ')
    return root === undefined || mountPoint === undefined
      ? []
      : [{ root: unescaped(root), mountPoint: unescaped(mountPoint) }]
  })
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
