/** A piece of HTML whose texts are already escaped; only {@link markup} and {@link literal} make some. */
export class Html {
  private constructor(readonly text: string) {}

  /** Joins literal texts, written by us, with values, which are escaped unless they are pieces of HTML. */
  static of(literals: readonly string[], values: readonly HtmlValue[]): Html {
    return new Html(literals.map((text, index) => text + toText(values[index])).join(''));
  }

  /** The piece as it is inserted elsewhere, and sent. */
  toString(): string {
    return this.text;
  }
}

/** What a template may hold: `undefined` leaves nothing. */
export type HtmlValue = string | number | Html | readonly Html[] | undefined;

/**
 * Template of HTML: every value is escaped, for texts and for quoted attributes alike. (Not named `html`:
 * the formatter would move the contents of style sheets and scripts, whose hashes are told to browsers.)
 */
export function markup(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.of(literals, values);
}

/** Style sheets and scripts of ours: nothing in them is a value. */
export function literal(text: string): Html {
  return Html.of([text], []);
}

function toText(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map((piece) => piece.text).join('');
  return escape(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
