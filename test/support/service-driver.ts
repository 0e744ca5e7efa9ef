// Runs beside a real service manager: one JSON request a line on standard input, one answer a line on standard
// output. Bundled by systemd-session.ts, because Node 20 runs no TypeScript.

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { errorBody } from '../../src/core/errors.ts'
import { planService } from '../../src/core/service/plan-service.ts'
import type { ServiceSettings } from '../../src/core/service/service-plan.ts'
import { runServiceCommand } from '../../src/edges/service/command.ts'
import { createServiceRunner } from '../../src/edges/service/runner.ts'

export type DriverRequest =
  | {
      action: 'install' | 'uninstall' | 'restart'
      settings: ServiceSettings
      environment: [string, string][]
    }
  | { action: 'run'; argv: string[] }

const runner = createServiceRunner({ fs, runCommand: runServiceCommand, pause })

async function answer(request: DriverRequest): Promise<unknown> {
  if (request.action === 'run') {
    const [program = '', ...args] = request.argv
    return spawnSync(program, args, { encoding: 'utf8' }).stdout.trim()
  }
  const plan = planService({ ...request.settings, environment: new Map(request.environment) })
  return runner[request.action](plan)
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await answer(JSON.parse(line)).then(
    (value) => ({ value: value ?? null }),
    (error: unknown) => ({ error: { ...errorBody(error), cause: String(error) } }),
  )
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
