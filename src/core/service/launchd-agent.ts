// mfad as a LaunchAgent of the logged-in user. Keys: launchd.plist(5); commands: launchctl(1).

import { backgroundVariable } from './background.ts'
import { daemonArgv } from './daemon-argv.ts'
import { redactedEnvironment, unwantedInService } from './environment.ts'
import { searchPath } from './search-path.ts'
import type { ServicePlan, ServiceSettings, Step } from './service-plan.ts'
import { fillTemplate } from './template.ts'

const label = 'io.mfad.daemon'

export function launchdPlan(settings: ServiceSettings): ServicePlan {
  const path = `${settings.home}/Library/LaunchAgents/${label}.plist`
  const domain = `gui/${settings.uid}`
  const service = `${domain}/${label}`
  const bootout: Step = { ...launchctl('stop the service', 'bootout', service), mayFail: true }
  return {
    manager: 'launchd',
    title: `the LaunchAgent ${label}`,
    files: [
      {
        path,
        content: plistText(settings, settings.environment),
        redactedContent: plistText(settings, redactedEnvironment(settings.environment)),
        mode: 0o600,
      },
    ],
    variables: redactedEnvironment(settings.environment),
    status: launchctl('ask for the state of the service', 'print', service),
    enable: [launchctl('enable the service', 'enable', service)],
    start: [
      bootout,
      // bootout returns before the old process has ended; until then bootstrap fails with error 5 or 37.
      { ...launchctl('start the service', 'bootstrap', domain, path), attempts: 20 },
    ],
    restart: [launchctl('restart the service', 'kickstart', '-k', service)],
    stop: [bootout],
    forget: [],
    leftovers: [logPath(settings), `${logPath(settings)}.1`],
    directories: settings.runtimeDirectory === undefined ? [] : [settings.runtimeDirectory],
  }
}

function launchctl(why: string, ...args: string[]): Step {
  return { argv: ['launchctl', ...args], why }
}

function logPath({ home }: ServiceSettings): string {
  return `${home}/Library/Logs/mfad.log`
}

/** An empty variable hides one that `launchctl setenv` gave to every agent. */
function plistText(settings: ServiceSettings, environment: ReadonlyMap<string, string>): string {
  const unwanted = unwantedInService.map((name) => [name, ''] as const)
  const variables = new Map([
    ['PATH', searchPath('', 'darwin')],
    ...environment,
    ...unwanted,
    [backgroundVariable, 'service'],
  ])
  return fillTemplate(settings.templates.launchd, {
    COMMAND: daemonArgv(settings.nodePath, settings.scriptPath)
      .map((arg) => `\t\t<string>${escapeXml(arg)}</string>`)
      .join('\n'),
    ENVIRONMENT: [...variables]
      .map(([name, value]) => `\t\t<key>${escapeXml(name)}</key>\n\t\t<string>${escapeXml(value)}</string>`)
      .join('\n'),
    LOG: escapeXml(logPath(settings)),
  })
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
