import type { XmlReadError } from './xml.js';

/** What the parser says of a malformed document, and the same in French. */
const REASONS: readonly (readonly [pattern: RegExp, sentence: (found: string) => string])[] = [
  [/^XML .* is not supported$/, () => 'seul XML 1.0 est accepté'],
  [/^unclosed tag: (.+)$/, (tag) => `la balise ${tag} n’est pas fermée`],
  [/^unmatched closing tag: (.+?)\.?$/, (tag) => `la balise fermante ${tag} ne ferme rien`],
  [/^unexpected close tag/, () => 'une balise fermante ne correspond pas à la balise ouverte'],
  [/^unbound namespace prefix: "?(.+?)"?\.?$/, (prefix) => `le préfixe ${prefix} n’est lié à aucun espace de noms`],
  [/^duplicate attribute: (.+?)\.?$/, (name) => `l’attribut ${name} est donné deux fois`],
  [/entity/, () => 'une entité n’est pas définie'],
  [/root node|only one root|root element|empty document/, () => 'un seul élément racine est attendu, et rien autour'],
  [/attribute/, () => 'un attribut est mal écrit'],
  [/XML declaration|version number|encoding value/, () => 'la déclaration XML est mal écrite'],
  [/disallowed character|disallowed in char data/, () => 'un caractère n’est pas permis à cet endroit'],
];

/** Why a document cannot be read, as a French sentence says it, with the line beside it. */
export function xmlFaultSentence({ fault, message }: XmlReadError): string {
  switch (fault) {
    case 'doctype':
      return 'XML illisible (un DOCTYPE n’est pas accepté)';
    case 'limit':
      return 'XML illisible (document trop long ou trop imbriqué)';
    case 'malformed':
      return `XML illisible (${reasonOf(message)})`;
  }
}

function reasonOf(message: string): string {
  for (const [pattern, sentence] of REASONS) {
    const match = pattern.exec(message);
    if (match !== null) return sentence(match[1] ?? '');
  }
  return 'document mal formé';
}
