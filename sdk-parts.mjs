// What our bundles leave out of the AWS SDK: the code that looks up what mfad passes with every call anyway, and what no call to STS
// or IAM needs. That is two thirds of it. The rest is loaded at the first login, and compiled while somebody waits.
//
// A call is the same, byte by byte, with and without: test/integration/aws-bundles.test.ts compares them.
import { readFileSync } from 'node:fs'

/** By the file of the SDK, the text that stands in its place. */
const replaced = {
  // It reads from variables and files what was not passed. call.ts passes all of it.
  '@aws-sdk/client-(?:sts|iam)/dist-es/runtimeConfig.js': `
    import { version } from '../package.json'
    import { createDefaultUserAgentProvider } from '@aws-sdk/core/client'
    import { getRuntimeConfig as shared } from './runtimeConfig.shared'
    export const getRuntimeConfig = (config) => {
      const values = shared(config)
      const userAgent = { serviceId: values.serviceId, clientVersion: version }
      return { ...values, ...config, runtime: 'node', defaultUserAgentProvider: createDefaultUserAgentProvider(userAgent) }
    }`,
  // Signatures for several regions at once need packages that we do not have.
  '@aws-sdk/signature-v4-multi-region/dist-es/index.js': `
    import { SignatureV4 } from '@smithy/signature-v4'
    export class SignatureV4MultiRegion extends SignatureV4 {
      static sigv4aDependency() { return 'none' }
    }`,
  // The SDK's own brings SHA-256 in JavaScript, for where Node has none, and other checksums.
  '@smithy/core/dist-es/submodules/checksum/index.js': `
    import { createHash, createHmac } from 'node:crypto'
    export class Sha256 {
      constructor(secret) { this.hash = secret ? createHmac('sha256', secret) : createHash('sha256') }
      update(data) { this.hash.update(data) }
      async digest() { return this.hash.digest() }
    }`,
  // The SDK's own uses the global `crypto`, which would load all of web cryptography.
  '@smithy/core/dist-es/submodules/serde/uuid/v4.js': `
    import { randomUUID } from 'node:crypto'
    export const bindV4 = () => () => randomUUID()`,
  // Never used: call.ts asks for the standard strategy, and nothing is sent twice.
  '@smithy/core/dist-es/submodules/retry/util-retry/AdaptiveRetryStrategy.js':
    'export class AdaptiveRetryStrategy {}',
  // No answer of the two services is a stream of events. This file alone would bring most of @smithy/core into the bundle.
  '@smithy/core/dist-es/submodules/event-streams/index.js': `
    const leftOut = () => { throw new Error('event streams are left out') }
    export { leftOut as EventStreamSerde, leftOut as eventStreamSerdeProvider }`,
}

/** Files for which the SDK itself has a variant that looks nothing up: the one for browsers. */
const forBrowsers = [
  '@smithy/core/dist-es/submodules/config/index.js',
  '@smithy/core/dist-es/submodules/endpoints/index.js',
  '@aws-sdk/core/dist-es/submodules/httpAuthSchemes/index.js',
  // It looks for the variables of a function that runs in AWS.
  '@aws-sdk/core/dist-es/submodules/client/middleware-recursion-detection/getRecursionDetectionPlugin.js',
]

/** `checkUsed` throws where the SDK no longer has a file that is replaced: then look anew what its bundles hold. */
export function createSdkParts() {
  const parts = [
    ...Object.entries(replaced).map(([file, contents]) => ({ file, read: () => contents })),
    ...forBrowsers.map((file) => ({
      file,
      read: (path) => readFileSync(path.replace(/\.js$/, '.browser.js'), 'utf8'),
    })),
  ]
  const used = new Set()
  const plugin = {
    name: 'sdk-parts',
    setup(api) {
      for (const { file, read } of parts) {
        const filter = new RegExp(`/node_modules/${file.replaceAll('.', '\\.')}$`)
        api.onLoad({ filter }, ({ path }) => {
          used.add(file)
          return { contents: read(path), loader: 'js' }
        })
      }
    },
  }
  return {
    plugin,
    checkUsed() {
      const gone = parts.filter(({ file }) => !used.has(file)).map(({ file }) => file)
      if (gone.length > 0) throw new Error(`the AWS SDK has no such file any more: ${gone.join(', ')}`)
    },
  }
}
