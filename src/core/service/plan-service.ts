// The service of this platform, as the files and commands that make it.

import { launchdPlan } from './launchd-agent.ts'
import type { ServicePlan, ServiceSettings } from './service-plan.ts'
import { systemdPlan } from './systemd-unit.ts'
import { checkServiceValues } from './values.ts'

/** Throws an AppError if a path or variable has a value that the service's file cannot hold. */
export function planService(settings: ServiceSettings): ServicePlan {
  checkServiceValues(settings)
  return settings.platform === 'darwin' ? launchdPlan(settings) : systemdPlan(settings)
}
