/** The version in package.json, put in by the build. */
declare const MFAD_VERSION: string
