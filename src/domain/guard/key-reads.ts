import type pg from 'pg';
import { findHeldKeys, type HeldKey, type KeySearch } from './held-key.js';

type Found = ReadonlyMap<string, HeldKey>;

/** Values that are looked for by one question, which is asked once all that runs in this turn has run. */
interface Question {
  readonly values: Set<string>;
  readonly found: Promise<Found>;
}

/** Reads of keys: requests learn of a change of rights together, and then ask for many keys at once. */
export class KeyReads {
  private readonly questions = new Map<KeySearch['by'], Question>();

  constructor(private readonly pool: pg.Pool) {}

  /** The key that is found so in the registry from now on, `null` when there is none. */
  async read({ by, value }: KeySearch): Promise<HeldKey | null> {
    const question = this.questions.get(by) ?? this.newQuestion(by);
    question.values.add(value);
    return (await question.found).get(value) ?? null;
  }

  private newQuestion(by: KeySearch['by']): Question {
    const values = new Set<string>();
    const found = new Promise<void>((resolve) => {
      process.nextTick(resolve);
    }).then(() => {
      this.questions.delete(by);
      return findHeldKeys(this.pool, by, [...values]);
    });
    const question = { values, found };
    this.questions.set(by, question);
    return question;
  }
}
