import t from 'tap';
import { iso191153, iso19139 } from '../../../fixtures/generate/metadata.js';
import { MetadataError, parseMetadata } from '../../../src/ogc/iso/metadata.js';

for (const [standard, write] of [
  ['ISO 19139', iso19139],
  ['ISO 19115-3', iso191153],
] as const) {
  void t.test(`a record in ${standard}`, async (t) => {
    t.match(parseMetadata(write({ identifier: ' a.b.xml ', level: 'series', title: 'Routes' })), {
      fileIdentifier: 'a.b.xml',
      level: 'SERIES',
      content: { title: 'Routes', level: 'series' },
    });
    t.equal(parseMetadata(write({ identifier: 'a', level: 'dataset' })).level, 'DATASET');
    t.equal(parseMetadata(write({ identifier: 'a' })).level, 'DATASET', 'the default');
    t.equal(parseMetadata(write({ identifier: 'a', level: 'service' })).level, 'DATASET', 'the API has no other');
    t.notOk('title' in parseMetadata(write({ identifier: 'a', title: '' })).content, 'a record may have no title');
  });
}

void t.test('an anchor may stand for the text, and the text for the code', async (t) => {
  const xml = iso19139({ identifier: 'a', level: 'series' })
    .replace('<gco:CharacterString>a</gco:CharacterString>', '<x:Anchor xmlns:x="urn:x">b</x:Anchor>')
    .replace(' codeListValue="series"', '');
  t.match(parseMetadata(xml), { fileIdentifier: 'b', level: 'SERIES' });
});

void t.test('what is refused, and where', async (t) => {
  const fault = (xml: string): string => {
    try {
      parseMetadata(xml);
    } catch (error) {
      if (error instanceof MetadataError) return error.sentences.join(' ');
      throw error;
    }
    throw new Error('not refused');
  };
  const record = iso19139({ identifier: 'a' });
  t.equal(
    fault(record.replace('</gmd:fileIdentifier>', '\n</gmd:other>')),
    'Fichier de métadonnées invalide, ligne 2 : XML illisible (une balise fermante ne correspond pas à la balise ouverte).',
  );
  t.match(fault(`<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<a/>`), /ligne \d+ : .*DOCTYPE/);
  t.match(fault(record.replace('>a<', '>&file;<')), /entité/, 'no entity');
  t.match(fault('<a>'.repeat(200)), /trop imbriqué/);
  t.match(fault(iso19139({ identifier: ' ' })), /fileIdentifier\/CharacterString \(ISO 19139\) est absent ou vide/);
  t.match(fault(record.replaceAll('fileIdentifier', 'identifier')), /fileIdentifier\/CharacterString/);
  t.match(fault(iso191153({ identifier: '' })), /metadataIdentifier\/MD_Identifier\/code\/CharacterString/);
  t.match(fault(iso19139({ identifier: 'a'.repeat(256) })), /dépasse 255 caractères/);
  t.match(fault(iso19139({ identifier: 'a\nb' })), /caractère de contrôle/);
  t.match(fault(record.replace('2005/gmd', '2005/dmg')), /la racine est MD_Metadata \(.*dmg\)/);
  t.match(fault('<MD_Metadata/>'), /sans espace de noms/);
});
