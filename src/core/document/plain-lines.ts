// The lines that all readers read alike, whatever stands around them, as patterns to be put together. Neighbouring parts of them
// share no character, so that matching is linear.

/** Names that mean something special to some reader. */
const specialNames = ['DEFAULT', 'profile __proto__', ...Object.getOwnPropertyNames(Object.prototype)]

export const lineEnd = '(?:\\r?\\n|$)'
const prefixes = '(?:profile|sso-session|services)'
const name = `(?!${prefixes}\\.|(?:${specialNames.join('|')})\\])((?:${prefixes} )?[A-Za-z0-9_./%@:+-]+)`
/** Without a bracket, which botocore would take for that of the header, and without what only some readers take for white
 * space. */
const commentAfterHeader = '[ \\t]+[#;][\\t -\\\\^-~\\xa1-\\u167f]*'
export const header = `\\[${name}\\](?:${commentAfterHeader}|[ \\t]*)${lineEnd}`
export const key = '[a-z][a-z0-9_]*'
export const value = '[ \\t]*=[ \\t]*(?:[!$-&(-:<-~][ !$-&(-:<-~]*)?'
export const trivia = '[ \\t]*(?:[#;][^\\r\\n]*)?'
