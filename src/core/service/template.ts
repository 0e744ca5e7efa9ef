// Fills the templates that the package ships.

/** Replaces each `@NAME@` once: a value is never searched again. A line that held only an empty value disappears. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template
    .split('\n')
    .map((line) => ({ line, filled: line.replace(/@([A-Z]+)@/g, (_, name) => valueFor(name, values)) }))
    .filter(({ line, filled }) => filled !== '' || line === '')
    .map(({ filled }) => filled)
    .join('\n')
}

function valueFor(name: string, values: Readonly<Record<string, string>>): string {
  const value = values[name]
  if (value === undefined) throw new Error(`a service template asks for @${name}@`)
  return value
}
