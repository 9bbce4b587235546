import t from 'tap';
import { type Action, nextStatus, refusalSentence, type StateTable } from '../../../src/domain/states/table.js';
import { uploadStates } from '../../../src/domain/states/upload.js';
import { STATE_TABLES } from '../../../src/domain/transitions.js';

for (const [name, table] of Object.entries(STATE_TABLES) as [string, StateTable][]) {
  const actions = Object.entries(table.actions) as [string, Action][];

  void t.test(`${name}: actions only name statuses of the table`, async (t) => {
    for (const [action, rule] of actions) {
      const unknown = [...rule.from, ...(rule.to === null ? [] : [rule.to])].filter(
        (status) => !table.statuses.includes(status),
      );
      t.strictSame(unknown, [], action);
      t.ok(rule.from.length > 0, `${action} is possible from some status`);
    }
  });

  void t.test(`${name}: every status can be reached from an initial one`, async (t) => {
    const reached = new Set(table.initial);
    for (let size = -1; size !== reached.size;) {
      size = reached.size;
      for (const [, rule] of actions) {
        if (rule.to !== null && rule.from.some((status) => reached.has(status))) reached.add(rule.to);
      }
    }
    t.strictSame([...reached].toSorted(), [...table.statuses].toSorted());
  });

  void t.test(`${name}: nothing moves a final status, and something moves every other`, async (t) => {
    const movable = new Set(actions.flatMap(([, rule]) => (rule.to === null ? [] : rule.from)));
    t.strictSame(
      table.statuses.filter((status) => !movable.has(status)),
      table.final,
    );
  });

  void t.test(`${name}: a refusal names the status found`, async (t) => {
    for (const [action, rule] of actions) t.match(refusalSentence(rule, 'SOMEWHERE'), /SOMEWHERE/, action);
  });
}

void t.test('uploads follow the table of lifecycle.md §2.3', async (t) => {
  const refused = null;
  const expected = {
    //        OPEN        CHECKING    CLOSED      UNSTABLE    GENERATING  MODIFYING   CREATED     DELETED
    write: ['OPEN', refused, refused, refused, refused, refused, refused, refused],
    close: ['CHECKING', refused, refused, refused, refused, refused, refused, refused],
    open: [refused, refused, 'OPEN', 'OPEN', refused, refused, refused, refused],
    check: [refused, 'CHECKING', 'CHECKING', 'CHECKING', refused, refused, refused, refused],
    use: [refused, refused, 'CLOSED', refused, refused, refused, refused, refused],
    delete: ['DELETED', refused, 'DELETED', 'DELETED', refused, refused, refused, refused],
  } as const;
  const statuses = ['OPEN', 'CHECKING', 'CLOSED', 'UNSTABLE', 'GENERATING', 'MODIFYING', 'CREATED', 'DELETED'];
  for (const action of Object.keys(expected) as (keyof typeof expected)[]) {
    t.strictSame(
      statuses.map((status) => nextStatus(uploadStates, action, status)),
      expected[action],
      action,
    );
  }
});
