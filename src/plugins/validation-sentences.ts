import { ofMeantBranches } from './union-faults.js';

/** One fault as the validator compiler reports it (TypeBox's errors, close to Ajv's). */
export interface ValidationFault {
  readonly keyword: string;
  /** Where the keyword is in the schema: `#/properties/callback/anyOf/0`. */
  readonly schemaPath: string;
  /** JSON pointer of the faulty value. */
  readonly instancePath: string;
  readonly params: FaultParams;
}

/** What the keywords tell; each has some of these. */
interface FaultParams {
  readonly requiredProperties?: readonly string[];
  readonly additionalProperties?: readonly string[];
  readonly type?: string | readonly string[];
  readonly allowedValue?: unknown;
  readonly allowedValues?: readonly unknown[];
  readonly limit?: number | bigint;
  readonly format?: string;
  readonly pattern?: unknown;
}

/** Keywords that only say that the branches of a union failed; their branches say why. */
const SUMMARY_KEYWORDS = new Set(['anyOf', 'oneOf', 'allOf', 'not', 'if']);

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'une chaîne de caractères',
  number: 'un nombre',
  integer: 'un nombre entier',
  boolean: 'un booléen',
  object: 'un objet',
  array: 'une liste',
  null: 'nul',
};

/**
 * French sentences for the faults of one part of a request, each naming the field.
 * @param context `body`, `querystring`, `params` or `headers`
 */
export function validationSentences(faults: readonly ValidationFault[], context: string | undefined): string[] {
  const noun = context === 'body' ? 'Le champ' : 'Le paramètre';
  const sentences = new Set<string>();
  for (const fault of preciseFaults(ofMeantBranches(faults))) {
    for (const sentence of describe(fault, noun)) sentences.add(sentence);
  }
  return [...sentences];
}

/**
 * Where a union failed, one sentence about the union says more than one per branch; a union of
 * constants is a list of legal values.
 */
function preciseFaults(faults: readonly ValidationFault[]): ValidationFault[] {
  const unions = new Set(
    faults.filter((fault) => SUMMARY_KEYWORDS.has(fault.keyword)).map((fault) => fault.instancePath),
  );
  const isBranch = (fault: ValidationFault) => unions.has(fault.instancePath) && !SUMMARY_KEYWORDS.has(fault.keyword);
  // "boolean" is the schema `false` of a forbidden property: "additionalProperties" already names it.
  return faults
    .filter((fault) => !isBranch(fault) && fault.keyword !== 'boolean')
    .map((fault) => {
      if (!SUMMARY_KEYWORDS.has(fault.keyword)) return fault;
      const branches = faults.filter((other) => isBranch(other) && other.instancePath === fault.instancePath);
      if (branches.length === 0 || branches.some((branch) => branch.keyword !== 'const')) return fault;
      return {
        ...fault,
        keyword: 'enum',
        params: { allowedValues: branches.map((branch) => branch.params.allowedValue) },
      };
    });
}

function describe(fault: ValidationFault, noun: string): string[] {
  const path = readablePath(fault.instancePath);
  const { params } = fault;
  const limit = String(params.limit);
  if (fault.keyword === 'required') {
    return (params.requiredProperties ?? []).map(
      (name) => `${noun} "${path === '' ? name : `${path}.${name}`}" est obligatoire.`,
    );
  }
  if (path === '') return ['Le corps de la requête est absent ou n’a pas la forme attendue.'];
  const subject = `${noun} "${path}"`;
  switch (fault.keyword) {
    case 'type':
      return [`${subject} doit être ${typeNames(params.type)}.`];
    case 'const':
      return [`${subject} doit valoir ${JSON.stringify(params.allowedValue)}.`];
    case 'enum':
      return [`${subject} doit être l'une des valeurs : ${(params.allowedValues ?? []).join(', ')}.`];
    case 'minLength':
      return [
        limit === '1' ? `${subject} ne doit pas être vide.` : `${subject} doit compter au moins ${limit} caractères.`,
      ];
    case 'maxLength':
      return [`${subject} ne doit pas dépasser ${limit} caractères.`];
    case 'minItems':
      return [`${subject} doit contenir au moins ${limit} élément(s).`];
    case 'maxItems':
      return [`${subject} ne doit pas contenir plus de ${limit} élément(s).`];
    case 'uniqueItems':
      return [`${subject} ne doit pas contenir de doublon.`];
    case 'minimum':
      return [`${subject} doit être supérieur ou égal à ${limit}.`];
    case 'exclusiveMinimum':
      return [`${subject} doit être strictement supérieur à ${limit}.`];
    case 'maximum':
      return [`${subject} doit être inférieur ou égal à ${limit}.`];
    case 'exclusiveMaximum':
      return [`${subject} doit être strictement inférieur à ${limit}.`];
    case 'format':
      return [
        params.format === 'uuid'
          ? `${subject} n'est pas un identifiant (UUID) valide.`
          : `${subject} n'est pas au format ${params.format ?? ''}.`,
      ];
    case 'pattern':
      return [`${subject} n'a pas la forme attendue : ${String(params.pattern)}.`];
    case 'additionalProperties':
      return [`${subject} contient des champs inconnus : ${(params.additionalProperties ?? []).join(', ')}.`];
    default:
      return [`${subject} est invalide.`];
  }
}

function typeNames(type: string | readonly string[] = []): string {
  return [type]
    .flat()
    .map((name) => TYPE_NAMES[name] ?? name)
    .join(' ou ');
}

/** `/type_infos/used_data/0/stored_data` → `type_infos.used_data[0].stored_data`. */
function readablePath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}
