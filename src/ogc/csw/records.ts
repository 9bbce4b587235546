import { gmdRecord } from '../iso/write-gmd.js';
import { mdbRecord } from '../iso/write-mdb.js';
import { renderElement, type XmlElement } from '../xml.js';
import { dcatDataset } from './dcat.js';
import { dublinCoreRecord } from './dublin-core.js';
import type { CatalogueRecord, ElementSet, OutputSchema } from './model.js';

/** How the records of an answer are written. */
export interface RecordForm {
  readonly outputSchema: OutputSchema;
  readonly elementSet: ElementSet;
  /** Local names of elements of Dublin Core; `null`: those of the set. */
  readonly elementNames: readonly string[] | null;
}

/** Writes a record: the XML that was sent when all of it is asked for in its own standard. */
export function renderRecord(record: CatalogueRecord, form: RecordForm): string {
  const isWhole = form.elementSet === 'full' && form.outputSchema === record.content.standard;
  return isWhole || form.outputSchema === 'own' ? record.document : renderElement(write(record, form));
}

function write(record: CatalogueRecord, { outputSchema, elementSet, elementNames }: RecordForm): XmlElement {
  switch (outputSchema) {
    case 'gmd':
      return gmdRecord(record, record.content, elementSet);
    case 'mdb':
      return mdbRecord(record, record.content, elementSet);
    case 'dcat':
      return dcatDataset(record);
    case 'dc':
    case 'own':
      return dublinCoreRecord(record, elementSet, elementNames);
  }
}
