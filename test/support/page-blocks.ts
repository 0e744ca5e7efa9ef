// The snippets of a page of docs/, so that tests run what stands there and nothing else.
import { readFileSync } from 'node:fs'

export type Block = {
  /** `Kubernetes 1`: its section, and which one of the section it is. */
  name: string
  language: string
  text: string
  /** Everything that the section says beside its snippets. */
  words: string
}

/** In the order of the page. A block without a language is one, too. */
export function blocksOf(page: string): Block[] {
  const [, ...sections] = readFileSync(page, 'utf8').split(/^## /m)
  return sections.flatMap((section) => {
    const [title = ''] = section.split('\n')
    const found = [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    const words = section.replace(/^```[\s\S]*?^```$/gm, '').replace(/\s+/g, ' ')
    return found.map(([, language = '', text = ''], index) => ({
      name: `${title} ${index + 1}`,
      language,
      text,
      words,
    }))
  })
}
