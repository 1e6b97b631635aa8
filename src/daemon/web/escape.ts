/**
 * Markup that cannot be broken into. A piece of a page is an `Html`, and only the tag `html` makes one: what is put
 * into its template is text, and escaped, unless it is `Html` itself. So no page can forget to escape.
 *
 *     html`<td title="${name}">${row}</td>`        name: a string, row: Html
 *
 * Pages are HTML that is also well-formed XML, as Supervisor's were, for the scripts that read them.
 */
export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  static fromTemplate(parts: TemplateStringsArray, values: readonly HtmlValue[]): Html {
    let text = parts[0] ?? '';
    for (const [index, value] of values.entries()) text += textOf(value) + (parts[index + 1] ?? '');
    return new Html(text);
  }
}

/** Nothing (also `false`), text, a number, markup, or a list of such. */
type HtmlValue = string | number | false | undefined | Html | readonly HtmlValue[];

/** For templates; attribute values are to be put into double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.fromTemplate(parts, values);
}

function textOf(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in markup. Control characters become their pictures (ESC is U+241B), so that they do nothing. */
function escaped(text: string): string {
  return wellFormed(text)
    .replace(/[&<>"']/g, (character) => entities[character] ?? '')
    .replace(/\r\n/g, '\n')
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]/g, pictureOf);
}

/** Half a character, which neither UTF-8 nor a link can hold, becomes U+FFFD. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** Percent-encoding as Supervisor's links and redirects have it: all but letters, digits and `_.-~/`. */
export function quote(text: string): string {
  return encodeURIComponent(wellFormed(text))
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}
