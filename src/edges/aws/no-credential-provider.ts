// Takes the place of the AWS SDK's own search for credentials in our bundles. mfad passes credentials with every call; code
// that could find others, in files, variables, other programs or the network, is not even there.

/** The SDK asks for a provider when a client is made; calling it is a bug. */
export function defaultProvider(): () => Promise<never> {
  return () => Promise.reject(new Error('no credentials were passed to the AWS SDK'))
}
