import t from 'tap';
import { columnKind, findColumn, isNumericKind } from '../../src/ogc/feature-table.js';

void t.test('types of PostgreSQL are classified without their modifiers', async (t) => {
  t.equal(columnKind('character varying(50)'), 'text');
  t.equal(columnKind('numeric(10,2)'), 'decimal');
  t.equal(columnKind('timestamp(3) with time zone'), 'timestamp');
  t.equal(columnKind('smallint'), 'short');
  t.equal(columnKind('integer[]'), 'other');
  t.equal(columnKind('constructor'), 'other');
});

void t.test('numbers are told from the rest', async (t) => {
  t.ok(isNumericKind('short') && isNumericKind('decimal') && isNumericKind('double'));
  t.notOk(isNumericKind('text') || isNumericKind('date'));
});

void t.test('columns are found by their exact name', async (t) => {
  const column = { name: 'a', type: 'text', nullable: true };
  const table = { schema: 's', table: 't', columns: [column], geometry: null, primaryKey: [] };
  t.equal(findColumn(table, 'a'), column);
  t.equal(findColumn(table, 'A'), undefined);
});
