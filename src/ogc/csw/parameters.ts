import { ELEMENT_SETS, RESULT_TYPES, SECTIONS } from './model.js';
import { OUTPUT_SCHEMAS, TYPE_NAMES } from './schemas.js';

export const OUTPUT_FORMATS = ['application/xml'] as const;
export const SCHEMA_LANGUAGES = ['http://www.w3.org/XML/Schema', 'http://www.w3.org/TR/xmlschema-1/'] as const;
export const CONSTRAINT_LANGUAGES = ['FILTER', 'CQL_TEXT'] as const;

const SCHEMAS = OUTPUT_SCHEMAS.map(([uri]) => uri);

/** Values of the parameters of each operation: what the capabilities list and GetDomain tells. */
export const PARAMETERS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  GetCapabilities: { sections: SECTIONS },
  DescribeRecord: { typeName: TYPE_NAMES, outputFormat: OUTPUT_FORMATS, schemaLanguage: SCHEMA_LANGUAGES },
  GetRecords: {
    resultType: RESULT_TYPES,
    outputFormat: OUTPUT_FORMATS,
    outputSchema: SCHEMAS,
    typeNames: TYPE_NAMES,
    ElementSetName: ELEMENT_SETS,
    CONSTRAINTLANGUAGE: CONSTRAINT_LANGUAGES,
  },
  GetRecordById: { outputSchema: SCHEMAS, ElementSetName: ELEMENT_SETS, outputFormat: OUTPUT_FORMATS },
};

/** Values of a parameter named `GetRecords.resultType`, case apart; `null` when there is none. */
export function parameterValues(name: string): readonly string[] | null {
  const [operation = '', parameter = ''] = name.toLowerCase().split('.');
  const parameters = Object.entries(PARAMETERS).find(([known]) => known.toLowerCase() === operation)?.[1] ?? {};
  return Object.entries(parameters).find(([known]) => known.toLowerCase() === parameter)?.[1] ?? null;
}
