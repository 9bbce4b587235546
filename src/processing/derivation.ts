import { UnreadableFileError } from '../ogc/unreadable.js';
import { type SqlStatement, splitSql } from './sql-statements.js';

/** SQL of a derivation (spec lifecycle §4.4), as a template: `{{ params.x }}` and `{{ inputs.n }}` are filled in later. */

export interface ParsedDerivation {
  /** What the execution will have to give, in order of appearance: `params.multiply`, `inputs.1`. */
  readonly usedVariables: readonly string[];
}

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const VARIABLE = /^(?:params\.[A-Za-z_]\w*|inputs\.[1-9]\d{0,3})$/;

/** What a derivation may do, by the first words of a statement. */
const ALLOWED: readonly RegExp[] = [
  /^CREATE( OR REPLACE)?( (TEMP|TEMPORARY|UNLOGGED|UNIQUE|RECURSIVE|CONSTRAINT))* (TABLE|INDEX|FUNCTION|SEQUENCE|VIEW|TRIGGER)\b/,
  /^ALTER (TABLE|SEQUENCE)\b/,
  /^DROP TABLE\b/,
  /^(INSERT|UPDATE|DELETE|SELECT|WITH)\b/,
];

/** Faults that are told. */
const MAX_FAULTS = 50;

/**
 * Reads a derivation: its placeholders are known ones, its strings and comments end, its statements are of the kinds
 * allowed. Whether they run is only known when PostgreSQL parses them, placeholders filled in.
 * @throws UnreadableFileError with a French sentence per fault, naming the line
 */
export function parseDerivation(text: string): ParsedDerivation {
  const statements = splitSql(text);
  if (statements.length === 0) throw new UnreadableFileError(['Dérivation SQL invalide : aucune instruction.']);
  const variables = new Set<string>();
  const faults: Fault[] = [];
  for (const { 0: written, 1: inside = '', index } of text.matchAll(PLACEHOLDER)) {
    const variable = inside.trim();
    if (VARIABLE.test(variable)) variables.add(variable);
    else faults.push({ offset: index, what: `« ${shorten(written)} » n'est ni {{ params.nom }} ni {{ inputs.n }}` });
  }
  const unclosed = text.replaceAll(PLACEHOLDER, (placeholder) => ' '.repeat(placeholder.length)).indexOf('{{');
  if (unclosed !== -1) faults.push({ offset: unclosed, what: '« {{ » n’est pas fermé' });
  faults.push(...statements.flatMap(statementFault));
  if (faults.length > 0) throw new UnreadableFileError(toSentences(text, faults));
  return { usedVariables: [...variables] };
}

interface Fault {
  readonly offset: number;
  readonly what: string;
}

function statementFault({ offset, words, fault }: SqlStatement): Fault[] {
  if (fault !== undefined) return [{ offset, what: fault }];
  if (ALLOWED.some((pattern) => pattern.test(words))) return [];
  return [
    {
      offset,
      what: `l'instruction ${shorten(words)} n'est pas autorisée (CREATE TABLE, INDEX, FUNCTION, SEQUENCE, VIEW ou TRIGGER, ALTER TABLE ou SEQUENCE, DROP TABLE, INSERT, UPDATE, DELETE, SELECT)`,
    },
  ];
}

function toSentences(text: string, faults: readonly Fault[]): string[] {
  return faults
    .toSorted((one, other) => one.offset - other.offset)
    .slice(0, MAX_FAULTS)
    .map(({ offset, what }) => {
      const line = text.slice(0, offset).split('\n').length;
      return `Dérivation SQL invalide, ligne ${line} : ${what}.`;
    });
}

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
