import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Tests that start programs or wait for the disk. */
const longFiles =
  /\/test\/integration\/|\/test\/edges\/(?:watcher|files\/replace\/replacement-kills)\.test\.ts$/

/** The long files first: at the end no worker is still busy with one while the others have nothing left to do. */
class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => longFiles.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

/** With a single file in place of the bundles (`npm run test:executable`): what is another thing there, and a bit of everything. */
const shortForm = [
  'single-file',
  'completion',
  'credential-process',
  'demo',
  'doctor',
  'exec',
  'file-credentials',
  'hardening',
  'keyring',
  'login',
  'service-cli',
  'waiting',
]
const include =
  process.env.MFAD_EXECUTABLE === undefined
    ? ['test/**/*.test.ts']
    : shortForm.map((name) => `test/integration/${name}.test.ts`)

export default defineConfig({
  define: { MFAD_VERSION: '"0.0.0-test"' },
  test: {
    include,
    globalSetup: ['test/support/build.ts'],
    // Many tests wait, for a reminder or for another program, and leave their core to others.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongFilesFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
})
