// node-notifier's own classes, one a file. The package's index loads all of them.
declare module 'node-notifier/notifiers/*.js' {
  const Reporter: new (
    options?: object,
  ) => {
    notify(
      options: object,
      callback: (error: Error | string | null, response?: unknown, metadata?: unknown) => void,
    ): unknown
  }
  export default Reporter
}
