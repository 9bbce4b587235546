import t from 'tap';
import { xmlName } from '../../../src/ogc/wfs/xml-name.js';

void t.test('column names become element names', async (t) => {
  t.equal(xmlName('numéro_1'), 'numéro_1');
  t.equal(xmlName('nom commune'), 'nom_commune');
  t.equal(xmlName('1er<x>'), '_1er_x_');
});
