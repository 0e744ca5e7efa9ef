// Takes the place of the `debug` package in our bundles. With DEBUG set it would print the proxy's address, password and
// all.

const silent = () => undefined

// biome-ignore lint/style/noDefaultExport: it stands for a package that has one
export default function createDebug(): () => undefined {
  return silent
}
