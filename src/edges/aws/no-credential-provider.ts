// Stands for the AWS SDK's own search for credentials in our bundles. mfad passes the ones it means with every call; what
// could look into files, variables, other programs or the network for others is not even there.

/** The SDK asks for a provider when a client is made; calling it is a bug. */
export function defaultProvider(): () => Promise<never> {
  return () => Promise.reject(new Error('no credentials were passed to the AWS SDK'))
}
