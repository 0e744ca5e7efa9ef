// Every command: its words and options here, its code in a file of its own that is loaded only when it runs.
import type { Command } from './command.ts'

const json = { type: 'boolean', description: 'print JSON' } as const
const replace = {
  type: 'boolean',
  description: 'end a daemon that was started by hand, and take its place',
} as const
const min = {
  type: 'string',
  value: 'DURATION',
  description: 'the least time left, such as 30m (default: any)',
} as const
const wait = {
  type: 'string',
  value: '[DURATION]',
  whenBare: '1h',
  description: 'ask for a code on the desktop, and wait that long for it (1h)',
} as const
const port = {
  type: 'string',
  value: 'PORT',
  description: 'the port on this computer (default: 9911)',
} as const
const anyNumber = Number.MAX_SAFE_INTEGER

export const commands: readonly Command[] = [
  {
    name: 'setup',
    summary: 'the guided start: keys, service, MFA device, first session',
    isEveryday: true,
    usage: 'mfad setup [PROFILE]',
    details:
      'Finds what is there, and asks for what is missing; options answer its questions.\nA second run changes nothing. Without a terminal it says which answers are\nmissing, and the whole command.',
    options: {
      'keys-stdin': {
        type: 'boolean',
        description: 'take the key id and the secret from standard input',
      },
      region: { type: 'string', value: 'REGION', description: 'the region of the profile' },
      service: { type: 'boolean', description: 'install the user service, as mfad install does' },
      'no-service': {
        type: 'boolean',
        description: 'start the daemon for now only, as mfad daemon --detach',
      },
      'serial-number': {
        type: 'string',
        value: 'ARN',
        description: 'the MFA device: its ARN, or the end of it; kept as mfa_serial',
      },
      'in-place': {
        type: 'boolean',
        description: 'sessions go to [PROFILE], its keys to its own section',
      },
      beside: { type: 'boolean', description: 'back again: keys in [PROFILE], sessions in [PROFILE-mfa]' },
      live: {
        type: 'string',
        value: 'NAME',
        description: 'a profile NAME by which long-running programs see renewals',
      },
      code: { type: 'string', value: 'CODE', description: 'the code that the MFA device shows' },
    },
    profiles: 'all',
    positionals: { least: 0, most: 1 },
    examples: [
      ['mfad setup', 'begin here'],
      ['mfad setup dev --in-place', 'everything that names dev gets the session'],
      ['mfad setup dev --service --code 123456', 'without a question'],
    ],
    run: async (invocation) => (await import('./commands/setup.ts')).runSetup(invocation),
  },
  {
    name: 'login',
    summary: 'hand over an MFA code; one code serves every profile on the device',
    isEveryday: true,
    usage: 'mfad login [PROFILE ...] [CODE | -]',
    details:
      'Without a PROFILE: the active one that expires soonest, or the only one.\nWithout a CODE it is asked for; - reads it from standard input. Every active\nprofile on the same device is renewed by the same code.\nA profile without mfa_serial: IAM is asked for the device. --all asks device by\ndevice; with a CODE, or where nobody can be asked, it is for the device of the\nactive profile that expires soonest, or for that of --serial-number.',
    options: {
      all: { type: 'boolean', description: 'log in every profile that has an access key and an mfa_serial' },
      duration: {
        type: 'string',
        value: 'DURATION',
        suggestions: ['1h', '4h', '8h', '12h', '24h', '36h'],
        description: 'how long the session lasts, 15m to 36h (default: duration_seconds, else 12h)',
      },
      'serial-number': {
        type: 'string',
        value: 'ARN',
        description: 'the MFA device: its ARN, or the end of it; kept with the session',
      },
      save: {
        type: 'boolean',
        description: 'write the device into the AWS config file, as mfa_serial',
      },
      adopt: { type: 'boolean', description: 'take over a session section that another tool wrote' },
      json,
    },
    profiles: 'all',
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad login dev 123456', 'renew dev, and every active profile on its device'],
      ['mfad login dev staging', 'activate both; asks for the code'],
      ['mfad login dev --serial-number alice-phone', 'with that device'],
      ['ykman oath accounts code -s aws | mfad login dev -', 'take the code from a command'],
    ],
    run: async (invocation) => (await import('./commands/login.ts')).runLogin(invocation),
  },
  {
    name: 'logout',
    summary: 'remove a session section, and end its renewals and reminders',
    isEveryday: true,
    usage: 'mfad logout [PROFILE ...] [--all]',
    details: 'Without a PROFILE: that of AWS_PROFILE.',
    options: { all: { type: 'boolean', description: 'every active profile' }, json },
    profiles: 'active',
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad logout dev', 'remove [dev-mfa] from the credentials file'],
      ['mfad logout --all', 'end every session'],
    ],
    run: async (invocation) => (await import('./commands/logout.ts')).runLogout(invocation),
  },
  {
    name: 'status',
    summary: 'every profile, its session and the time left',
    isEveryday: true,
    usage: 'mfad status [PROFILE ...] [--all] [--json | --watch | --format FORMAT]',
    details:
      'Profiles that mfad does not log in, and those of the setting hide, are counted in one line. With a PROFILE: exit\ncode 8 unless each has a live session.',
    options: {
      all: { type: 'boolean', short: 'a', description: 'a line for every profile' },
      json,
      watch: {
        type: 'boolean',
        short: 'w',
        description: 'keep it up to date, until q; into a pipe: print it once',
      },
      format: {
        type: 'string',
        value: 'FORMAT',
        suggestions: ['line', 'waybar', 'xbar'],
        description: 'for a bar: line, waybar or xbar',
      },
    },
    profiles: 'all',
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad status', 'a table'],
      ['mfad status dev && make deploy', 'go on only with a live session'],
      ['mfad status --watch', 'a table that updates itself'],
      [`mfad status --json | jq -r '.profiles[] | select(.state == "expired").profile'`, 'for scripts'],
    ],
    run: async (invocation) => (await import('./commands/status.ts')).runStatus(invocation),
  },
  {
    name: 'require',
    summary: 'succeed if a session lasts long enough; for scripts, Makefiles and agents',
    usage: 'mfad require [PROFILE] [--min DURATION] [--wait [DURATION]]',
    details:
      'Ends with 0, or with 8 where there is less time. With --wait the reminder comes at once, quiet hours or not, and\nsays who waits. Without a PROFILE: that of AWS_PROFILE.',
    options: { min, wait },
    profiles: 'all',
    positionals: { least: 0, most: 1 },
    examples: [
      ['mfad require dev --min 30m && make deploy', 'begin only what can be finished'],
      ['mfad require dev --wait', 'for programs without a terminal: ask, and go on when there is a code'],
    ],
    run: async (invocation) => (await import('./commands/require.ts')).runRequire(invocation),
  },
  {
    name: 'exec',
    summary: 'run a command with the session in its environment',
    usage: 'mfad exec [PROFILE] [--min DURATION] [--wait [DURATION]] -- COMMAND ...',
    details:
      'Ends as the command ends: with its exit code, 128 and the number of its signal, 127 where it is not found, 126 where it\ncannot be run. Renews the session first where too\nlittle time is left and no code is needed.',
    options: { min, wait },
    profiles: 'active',
    positionals: { least: 0, most: 1 },
    takesCommand: true,
    examples: [
      ['mfad exec dev -- aws s3 ls', 'for a program that reads variables only'],
      [
        'mfad exec dev --min 1h --wait -- ./migrate.sh',
        'ask for a code first, where less than an hour is left',
      ],
    ],
    run: async (invocation) => (await import('./commands/exec.ts')).runExec(invocation),
  },
  {
    name: 'env',
    summary: 'print the session as environment variables',
    usage: 'mfad env [PROFILE] [--format FORMAT] [--endpoint [--port PORT]]',
    details:
      'For the shell that runs it, unless there is a FORMAT. Without a session it prints text that makes the eval fail.\nWithout a PROFILE: that of AWS_PROFILE. --endpoint: the variables by which a program asks mfad serve, and so sees renewals.',
    options: {
      format: {
        type: 'string',
        value: 'FORMAT',
        suggestions: ['sh', 'fish', 'powershell', 'dotenv', 'json'],
        description: 'sh, fish, powershell, dotenv or json',
      },
      endpoint: { type: 'boolean', description: 'the address of mfad serve instead of the session' },
      port,
    },
    profiles: 'active',
    positionals: { least: 0, most: 1 },
    examples: [
      ['eval "$(mfad env dev)"', 'bash, zsh, dash'],
      ['mfad env dev | source', 'fish'],
      ['docker run --env-file <(mfad env dev --format dotenv) IMAGE', 'a container'],
    ],
    run: async (invocation) => (await import('./commands/env.ts')).runEnv(invocation),
  },
  {
    name: 'credential-process',
    summary: 'print the session as JSON, for credential_process and for programs that ask a command',
    usage: 'mfad credential-process [PROFILE] [--format process|sts] [--wait [DURATION]]',
    details:
      'In ~/.aws/config, under a name of its own: [profile dev-live] credential_process = mfad credential-process dev.\nPrograms that run for long see each renewal by it.',
    options: {
      format: {
        type: 'string',
        value: 'FORMAT',
        suggestions: ['process', 'sts'],
        description: "process (default), or sts: the shape of STS's answers",
      },
      wait,
    },
    profiles: 'active',
    positionals: { least: 0, most: 1 },
    examples: [
      ['mfad credential-process dev', 'what AWS tools call'],
      ['mfad credential-process dev --format sts', 'for coding agents: {"Credentials": ...}'],
    ],
    run: async (invocation) =>
      (await import('./commands/credential-process.ts')).runCredentialProcess(invocation),
  },
  {
    name: 'serve',
    summary: 'serve sessions to containers and programs that ask again and again',
    usage: 'mfad serve [--port PORT] [--new-tokens] [--json]',
    details:
      'The container credentials endpoint of AWS, on this computer alone, until Ctrl-C. Each profile has a token of its own, which\nstays the same from start to start.',
    options: {
      port,
      'new-tokens': { type: 'boolean', description: 'refuse every token that was given out so far' },
      json,
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad serve', 'in one terminal'],
      ['eval "$(mfad env dev --endpoint)"', 'in another: its programs see each renewal of dev'],
    ],
    run: async (invocation) => (await import('./commands/serve.ts')).runServe(invocation),
  },
  {
    name: 'console',
    summary: 'a link that signs in to the AWS console with the session of a role',
    usage: 'mfad console [PROFILE] [--open] [--service NAME] [--region REGION] [--json]',
    details:
      'AWS accepts sessions of roles only, not of users. The link signs in whoever has it, for 15 minutes. Without a\nPROFILE: that of AWS_PROFILE.',
    options: {
      open: { type: 'boolean', description: 'show it in the browser, and print nothing' },
      service: {
        type: 'string',
        value: 'NAME',
        suggestions: ['cloudformation', 'cloudwatch', 'ec2', 'iam', 'lambda', 's3'],
        description: 'the page of a service, as its address names it: ec2',
      },
      region: { type: 'string', value: 'REGION', description: "instead of the profile's" },
      json,
    },
    profiles: 'all',
    positionals: { least: 0, most: 1 },
    examples: [
      ['mfad console admin --open', 'the console, in your browser'],
      ['mfad console admin --service ec2', 'the link to a page'],
    ],
    run: async (invocation) => (await import('./commands/console.ts')).runConsole(invocation),
  },
  {
    name: 'snooze',
    summary: 'hold reminders back for a while',
    usage: 'mfad snooze [PROFILE] [DURATION]',
    details:
      'Without a PROFILE: all active ones. DURATION is 30m unless given, and 7d at most; 0s ends a snooze.',
    options: { json },
    positionals: { least: 0, most: 2 },
    profiles: 'active',
    examples: [
      ['mfad snooze', 'no reminders for 30 minutes'],
      ['mfad snooze dev 2h', 'none about dev for two hours'],
    ],
    run: async (invocation) => (await import('./commands/snooze.ts')).runSnooze(invocation),
  },
  {
    name: 'notify-test',
    summary: 'show one real reminder, and see whether its answer comes back',
    usage: 'mfad notify-test [--wait DURATION]',
    details:
      'On a terminal it waits a minute for an answer, elsewhere for none. Any six digits will do: they go nowhere.',
    options: {
      wait: {
        type: 'string',
        value: 'DURATION',
        suggestions: ['0s', '30s', '60s'],
        description: 'wait that long for an answer, at most 80s',
      },
      json,
    },
    positionals: { least: 0, most: 0 },
    examples: [['mfad notify-test', 'is there a desktop that shows reminders?']],
    run: async (invocation) => (await import('./commands/notify-test.ts')).runNotifyTest(invocation),
  },
  {
    name: 'keys',
    summary: 'move an access key into the keyring or back, or make a new one',
    usage: 'mfad keys store|restore|rotate PROFILE',
    details:
      'store: from the file into the keyring; restore: back. The key is compared and\ntried before the file is changed, and nothing else in the file changes. AWS\ntools then reach the account through the session profile only.\nrotate: a new key is made, tried, and put wherever the former one stands,\nwhich is deleted last.',
    options: {
      'delete-other': {
        type: 'string',
        value: 'ENDING',
        description: 'rotate: first delete the other key, the one whose id ends with ENDING',
      },
      yes: { type: 'boolean', description: 'rotate: do not ask' },
      json,
    },
    positionals: { least: 2, most: 2 },
    examples: [
      ['mfad keys store dev', 'the access key of dev goes into the keyring'],
      ['mfad keys restore dev', 'and back into the file'],
      ['mfad keys rotate dev', 'a new access key for the user of dev'],
    ],
    run: async (invocation) => (await import('./commands/keys.ts')).runKeys(invocation),
  },
  {
    name: 'install',
    summary: 'install and start the user service (systemd or launchd)',
    usage: 'mfad install [--dry-run | --replace]',
    options: {
      'dry-run': { type: 'boolean', description: 'print the files and commands, change nothing' },
      replace,
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad install', 'the daemon starts now and at every login'],
      ['mfad install --dry-run', 'see what it would do'],
    ],
    run: async (invocation) => (await import('./commands/service.ts')).runInstall(invocation),
  },
  {
    name: 'uninstall',
    summary: 'stop and remove the user service',
    usage: 'mfad uninstall [--logout | --keep-sections]',
    details:
      'Without an option you are asked what becomes of the session sections; without a\nterminal they stay. Your settings stay in any case.',
    options: {
      logout: { type: 'boolean', description: 'remove the session sections, too' },
      'keep-sections': { type: 'boolean', description: 'leave them in the credentials file' },
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad uninstall', 'removes the service, and asks about the sessions'],
      ['mfad uninstall --logout', 'leaves nothing behind but your settings'],
    ],
    run: async (invocation) => (await import('./commands/service.ts')).runUninstall(invocation),
  },
  {
    name: 'restart',
    summary: 'restart the user service',
    usage: 'mfad restart [--replace]',
    options: { replace },
    positionals: { least: 0, most: 0 },
    examples: [['mfad restart', 'after an upgrade']],
    run: async (invocation) => (await import('./commands/service.ts')).runRestart(invocation),
  },
  {
    name: 'daemon',
    summary: 'run the daemon in the foreground (what the service runs)',
    usage: 'mfad daemon [--detach]',
    options: {
      detach: { type: 'boolean', description: 'go to the background, where there is no service manager' },
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad daemon', 'in the foreground; Ctrl-C ends it'],
      ['mfad daemon --detach', 'in a container, or over ssh'],
    ],
    run: async (invocation) => (await import('./commands/daemon.ts')).runDaemonCommand(invocation),
  },
  {
    name: 'config',
    summary: 'the settings, each with its value and where it comes from',
    usage: 'mfad config [list | get KEY | set KEY VALUE | unset KEY | edit]',
    details:
      'A bad value and an unknown key are refused before anything is written. Comments and the order of the file stay.\nedit opens the file in $VISUAL or $EDITOR, and checks it afterwards. A running daemon sees a change at once.',
    options: { json },
    positionals: { least: 0, most: anyNumber },
    examples: [
      ['mfad config', 'all of them'],
      ['mfad config get duration', 'one value, for scripts'],
      ['mfad config set reminders 30m,5m,0m', 'be reminded earlier'],
      ['mfad config set -- suffix -session', 'a value that begins with -'],
      ['mfad config unset reminders', 'back to the default'],
    ],
    run: async (invocation) => (await import('./commands/config.ts')).runConfig(invocation),
  },
  {
    name: 'prompt',
    summary: 'a function for the prompt of your shell: the profile of AWS_PROFILE and its time left',
    usage: 'mfad prompt bash|zsh|fish',
    details:
      'It reads a small file that the daemon keeps, by built-ins of the shell: no program is started at a prompt.\nThe first lines of what is printed say how to use it.',
    options: {},
    positionals: { least: 1, most: 1 },
    examples: [[`eval "$(mfad prompt bash)"; PS1='\${MFAD_PROMPT}'$PS1`, 'in ~/.bashrc']],
    run: async (invocation) => (await import('./commands/prompt.ts')).runPrompt(invocation),
  },
  {
    name: 'logs',
    summary: "show the daemon's log",
    usage: 'mfad logs [-f] [--json]',
    details:
      'Its last 1,000 lines, from the journal of systemd or from a log file; with -f the last ten, then each new one until Ctrl-C.',
    options: {
      follow: { type: 'boolean', short: 'f', description: 'go on with each new line' },
      json: { type: 'boolean', description: 'print the lines as they are, one JSON object each' },
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad logs', 'what has happened'],
      ['mfad logs -f', 'what happens now'],
      [`mfad logs --json | jq -r 'select(.level == "warn").msg'`, 'for scripts'],
    ],
    run: async (invocation) => (await import('./commands/logs.ts')).runLogs(invocation),
  },
  {
    name: 'doctor',
    summary: 'what is wrong, why it matters, and how to fix it',
    usage: 'mfad doctor [--offline] [--json | --report]',
    details:
      'Looks at files, settings, profiles, daemon, service, reminders, AWS and containers. Changes nothing, and works with a broken file and without the daemon. STS is asked for an answer, without a\nsignature and for 5 s at most. Ends with 0 only if nothing is wrong, else with the exit code of the worst finding.',
    options: {
      offline: { type: 'boolean', description: 'ask nothing of AWS' },
      json,
      report: {
        type: 'boolean',
        description: 'print a text for a bug report, without names, accounts, keys, hosts and paths',
      },
    },
    positionals: { least: 0, most: 0 },
    examples: [
      ['mfad doctor', 'what is wrong?'],
      ['mfad doctor --report', 'what to put into the report of a bug'],
      [`mfad doctor --json | jq -r '.findings[] | .fix'`, 'for scripts'],
    ],
    run: async (invocation) => (await import('./commands/doctor.ts')).runDoctor(invocation),
  },
  {
    name: 'completion',
    summary: 'completion for your shell: commands, options and profiles',
    usage: 'mfad completion bash|zsh|fish',
    details: 'The first lines of what is printed say how to switch it on.',
    options: {
      words: {
        type: 'boolean',
        description: 'print the completions of the last word after --; for the shells',
      },
    },
    positionals: { least: 1, most: anyNumber },
    examples: [
      ['eval "$(mfad completion bash)"', 'in ~/.bashrc; zsh: in ~/.zshrc'],
      ['mfad completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    run: async (invocation) => (await import('./commands/completion.ts')).runCompletion(invocation, commands),
  },
  {
    name: 'demo',
    summary: 'see it work in a throw-away home; touches nothing of yours',
    isEveryday: true,
    usage: 'mfad demo [--keep]',
    options: {
      keep: { type: 'boolean', description: 'leave everything running to play with, until Ctrl-C' },
    },
    positionals: { least: 0, most: 0 },
    examples: [['mfad demo', 'see it work, in seconds']],
    run: async (invocation) => (await import('./commands/demo.ts')).runDemoCommand(invocation),
  },
]
