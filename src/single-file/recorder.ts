// Only in the executable that `npm run executable` makes first: what V8 has compiled of each bundle when the process ends is kept
// for the one that it makes then.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vm from 'node:vm'

/** Where to; see code-cache.mjs. */
declare const MFAD_RECORD_TO: string

class RecordedScript extends vm.Script {
  constructor(text: string, options: vm.ScriptOptions) {
    super(text, options)
    const path = join(MFAD_RECORD_TO, `${String(options.filename).replaceAll('/', '_')}.cache`)
    process.on('exit', () => writeFileSync(path, this.createCachedData()))
  }
}

Object.defineProperty(require('node:vm'), 'Script', { value: RecordedScript })
