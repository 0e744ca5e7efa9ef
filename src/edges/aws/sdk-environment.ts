// What the AWS SDK would find by itself, taken away.

/**
 * The SDK looks into the AWS files and variables by itself, whatever it is given, and a bad `AWS_DEFAULTS_MODE` ends the
 * process. Everything it may use is passed to it explicitly, so all of this goes. Our bundles leave most of that code out
 * (sdk-parts.mjs); a daemon that runs from its source has all of it.
 */
export function isolateSdk(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) if (name.startsWith('AWS_')) delete environment[name]
  environment.AWS_CONFIG_FILE = '/dev/null'
  environment.AWS_SHARED_CREDENTIALS_FILE = '/dev/null'
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  delete environment.NODE_OPTIONS
  delete environment.NODE_TLS_REJECT_UNAUTHORIZED
}
