import { expect, test } from 'vitest'
import { lastingPaths } from '../../../src/core/service/lasting-paths.ts'

test.each([
  ['Homebrew', '/opt/homebrew/Cellar/node@22/22.11.0/bin/node', '/opt/homebrew/opt/node@22/bin/node'],
  ['nvm', '/home/me/.nvm/versions/node/v22.11.0/bin/node', '/home/me/.nvm/current/bin/node'],
  [
    'nvm, for mfad',
    '/home/me/.nvm/versions/node/v22.11.0/lib/node_modules/mfad/dist/mfad.cjs',
    '/home/me/.nvm/current/lib/node_modules/mfad/dist/mfad.cjs',
  ],
  [
    'fnm',
    '/home/me/.local/share/fnm/node-versions/v22.11.0/installation/bin/node',
    '/home/me/.local/share/fnm/aliases/default/bin/node',
  ],
  [
    'mise',
    '/home/me/.local/share/mise/installs/node/22.11.0/bin/node',
    '/home/me/.local/share/mise/installs/node/22/bin/node',
  ],
  [
    'pnpm',
    '/home/me/.local/share/pnpm/global/5/.pnpm/mfad@0.1.0/node_modules/mfad/dist/mfad.cjs',
    '/home/me/.local/share/pnpm/global/5/node_modules/mfad/dist/mfad.cjs',
  ],
  ['NixOS', '/nix/store/abc-nodejs-22/bin/node', '/run/current-system/sw/bin/node'],
])('names the link that an upgrade keeps (%s)', (_tool, path, link) => {
  expect(lastingPaths(path, '/home/me')[0]).toBe(link)
})

test("also names a link in the user's own Nix profile", () => {
  expect(lastingPaths('/nix/store/abc-nodejs-22/bin/node', '/home/me')).toContain(
    '/home/me/.nix-profile/bin/node',
  )
})

test.each([
  '/usr/bin/node',
  '/home/me/.asdf/installs/nodejs/22.11.0/bin/node',
  '/home/me/.volta/tools/image/node/22.11.0/bin/node',
])('names none for %s', (path) => {
  expect(lastingPaths(path, '/home/me')).toEqual([])
})
