// Is only in the executable that `npm run executable` makes first. When its process ends, it writes down what V8 has compiled of each
// bundle; the executable that is made after it has that in it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vm from 'node:vm'

/** The directory that code-cache.mjs reads. */
declare const MFAD_RECORD_TO: string

class RecordedScript extends vm.Script {
  constructor(text: string, options: vm.ScriptOptions) {
    super(text, options)
    const path = join(MFAD_RECORD_TO, `${String(options.filename).replaceAll('/', '_')}.cache`)
    process.on('exit', () => writeFileSync(path, this.createCachedData()))
  }
}

Object.defineProperty(require('node:vm'), 'Script', { value: RecordedScript })
