/** Types that a `.csvt` may name (GDAL's CSV driver). */
const TYPE =
  /^(integer(\((boolean|int16)\))?|integer64|real(\(float32\))?|string(\(json\))?|date|time|datetime|binary|jsonstringlist|jsonintegerlist|jsoninteger64list|jsonreallist|wkt|coord[xyz]|point\([xyz]\)|(integer|integer64|real|string)\(\d+(\.\d+)?\))$/i;

/**
 * Compares a `.csvt` with the header of its CSV.
 * @returns French sentences naming the line, none for a sound one
 */
export function csvtFaults(text: string, columns: number): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
  const types = (lines[0] ?? '').split(/[,;\t]/).map((type) => type.trim().replace(/^"(.*)"$/, '$1'));
  const faults = types.filter((type) => !TYPE.test(type)).map((type) => `Ligne 1 : type inconnu « ${type} »`);
  if (types.length !== columns) faults.push(`Ligne 1 : ${types.length} types pour ${columns} colonnes`);
  lines.forEach((line, index) => {
    if (index > 0 && line.trim() !== '') faults.push(`Ligne ${index + 1} : une seule ligne est attendue`);
  });
  return faults;
}
