import t from 'tap';
import { readXml, XmlReadError } from '../../src/ogc/xml.js';
import { xmlFaultSentence } from '../../src/ogc/xml-faults.js';

function sentenceOf(document: string): string {
  try {
    readXml(document);
  } catch (error) {
    if (error instanceof XmlReadError) return xmlFaultSentence(error);
    throw error;
  }
  return 'read';
}

void t.test('a document that cannot be read is told why, in French', async (t) => {
  for (const [document, reason] of [
    ['<a><b></a>', /balise fermante ne correspond pas|la balise b n’est pas fermée/],
    ['<a>', /la balise a n’est pas fermée/],
    ['<a/></b>', /balise fermante b ne ferme rien|élément racine/],
    ['<x:a/>', /le préfixe x n’est lié à aucun espace de noms/],
    ['<a b="1" b="2"/>', /l’attribut b est donné deux fois/],
    ['<a>&truc;</a>', /une entité n’est pas définie/],
    ['<a/><b/>', /un seul élément racine/],
    ['', /un seul élément racine/],
    ['<a b=1/>', /un attribut est mal écrit/],
    ['<a>\u0001</a>', /un caractère n’est pas permis/],
    ['<!DOCTYPE a><a/>', /DOCTYPE/],
    ['<a>'.repeat(200), /trop imbriqué/],
    ['<a/>', /^read$/],
  ] as const) {
    t.match(sentenceOf(document), reason, document.slice(0, 30));
  }
});
