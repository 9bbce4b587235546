import t from 'tap';
import { type ParsedSql, parseSql } from '../../../src/processing/sql/parser.js';

function parse(text: string): ParsedSql {
  const parsed = parseSql(text);
  if ('what' in parsed) throw new Error(parsed.what);
  return parsed;
}

void t.test('what is run is what was read', async (t) => {
  // A line ends with a carriage return too: what follows the comment is a statement, the new line is in a string.
  for (const text of [
    '--\rCREATE VIEW v AS SELECT $$\nRESET ROLE --$$ AS a',
    "-- a\rSELECT '\nRESET ROLE --'",
    '/* a */ -- b\n\tSELECT 1',
  ]) {
    const [statement] = parse(`${text};`).statements;
    t.equal(statement?.text, text);
    t.equal(parse(statement?.text ?? '').statements[0]?.type, statement?.type);
  }
});

void t.test('places are those of the text', async (t) => {
  const parsed = parse('SELECT 1;\n -- é\n  SELECT é FROM t');
  const statement = parsed.statements[1];
  if (statement === undefined) throw new Error('one statement');
  t.same(parsed.placeIn(statement, 0), { line: 3, column: 3 });
  const position = [...statement.text].lastIndexOf('é') + 1;
  t.same(parsed.placeIn(statement, position), { line: 3, column: 10 });
});
