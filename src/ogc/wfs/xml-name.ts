/**
 * A column name as an XML element name: itself when it can be one (XML Namespaces, NCName), else with underscores in
 * place of what cannot stand there.
 */
export function xmlName(name: string): string {
  const cleaned = name.replace(/[^\p{L}\p{N}_.\-·]/gu, '_');
  return /^[\p{L}_]/u.test(cleaned) ? cleaned : `_${cleaned}`;
}
