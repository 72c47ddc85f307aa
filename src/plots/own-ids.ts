import { crc32 } from "../bytes/crc.ts";

/**
 * The picture with names of its own for what it refers to, its clips and gradients. Vega counts them through all
 * pictures of a process: the same picture would differ from call to call, and two of different processes would
 * take each other's in one page.
 */
export function withOwnIds(svg: string): string {
  const inTags = (text: string, name: (id: string) => string): string =>
    text.replaceAll(/<[^>]*>/g, (tag) =>
      tag.replaceAll(/(id="|url\(#)(\w+)/g, (_, before: string, id: string) => before + name(id)),
    );
  const ids: string[] = [];
  const numbered = inTags(svg, (id) => {
    if (!ids.includes(id)) ids.push(id);
    return `id${ids.indexOf(id)}`;
  });
  const own = crc32(new TextEncoder().encode(numbered)).toString(36);
  return inTags(numbered, (id) => `${id}-${own}`);
}
