import type { ValidationFault } from './validation-sentences.js';

/**
 * Where a union failed the validator tells the faults of all its branches. Clients meant one: that whose constants
 * their value has, or the only one whose faults are all inside the value.
 */
export function ofMeantBranches(faults: readonly ValidationFault[]): ValidationFault[] {
  // Unions inside others are reported before them.
  return faults.filter(({ keyword }) => keyword === 'anyOf').reduce(narrow, [...faults]);
}

function narrow(faults: ValidationFault[], union: ValidationFault): ValidationFault[] {
  const branches = branchesOf(faults, union);
  const tags = branches.map((branch) => branch.find((fault) => fault.keyword === 'const' && isInside(union, fault)));
  const replace = (dropped: readonly ValidationFault[], summary: readonly ValidationFault[]) =>
    faults.filter((fault) => !dropped.includes(fault)).flatMap((fault) => (fault === union ? summary : fault));

  const [first] = tags;
  if (first !== undefined && tags.every((tag) => tag?.instancePath === first.instancePath)) {
    const allowedValues = tags.map((tag) => tag?.params.allowedValue);
    return replace(branches.flat(), [{ ...first, keyword: 'enum', params: { allowedValues } }]);
  }
  const possible = branches.filter((_branch, index) => tags[index] === undefined);
  const inside = possible.filter((branch) => branch.every((fault) => isInside(union, fault)));
  const meant = inside.length === 1 ? inside : possible;
  const saysAll = meant.length === 1 && branches.length > 1;
  return replace(branches.filter((branch) => !meant.includes(branch)).flat(), saysAll ? [] : [union]);
}

function isInside(union: ValidationFault, { instancePath }: ValidationFault): boolean {
  return instancePath.startsWith(`${union.instancePath}/`);
}

/** The faults of each branch of a union. */
function branchesOf(faults: readonly ValidationFault[], union: ValidationFault): ValidationFault[][] {
  const start = `${union.schemaPath}/anyOf/`;
  const branches = new Map<string, ValidationFault[]>();
  for (const fault of faults) {
    if (!fault.schemaPath.startsWith(start)) continue;
    const [index = ''] = fault.schemaPath.slice(start.length).split('/', 1);
    branches.set(index, [...(branches.get(index) ?? []), fault]);
  }
  return [...branches.values()];
}
