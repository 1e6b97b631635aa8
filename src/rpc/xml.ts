/**
 * XML-RPC values, and how they are written.
 *
 * The layout (line ends, order, `<int>` and not `<i4>`) is the one Supervisor's clients have always got, byte for
 * byte, so that even the ones that match with regular expressions go on working. Three things are ours, because what
 * Supervisor does there is no answer at all:
 *
 * - a character that XML 1.0 cannot hold (ESC, NUL, half of a surrogate pair) is written as U+FFFD;
 * - an integer beyond 32 bits is clamped to the nearest that fits (Supervisor: HTTP 500);
 * - CR is written `&#13;`, for a parser turns a bare one into LF.
 *
 * Reading is in `xml-parser.ts`. Nothing here knows of HTTP.
 */

/** A number to be written as `<double>` although it is whole; a `<double>` that is whole is read as one, too. */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A `<dateTime.iso8601>`: kept as text (`20261122T17:05:07`), since XML-RPC says no time zone. */
export class DateTime {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A whole number is an `<int>`, any other a `<double>`. A `<base64>` is read as the text it holds, never written. */
export type XmlRpcValue = number | boolean | string | Double | DateTime | readonly XmlRpcValue[] | XmlRpcStruct;

export interface XmlRpcStruct {
  readonly [name: string]: XmlRpcValue;
}

/** Whether `value` is a struct, and nothing else that happens to be an object. */
export function isStruct(value: XmlRpcValue | undefined): value is XmlRpcStruct {
  return (
    typeof value === 'object' && !Array.isArray(value) && !(value instanceof Double) && !(value instanceof DateTime)
  );
}

const RESPONSE_START = "<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n";
const RESPONSE_END = '</param>\n</params>\n</methodResponse>\n';
const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

// With the u flag, \p{Cs} is half a surrogate pair only. U+FFFE and U+FFFF are no XML characters either.
const SPECIAL = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/u;
const EACH_SPECIAL = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/gu;

function replacement(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '\r':
      return '&#13;';
    default:
      return '\ufffd';
  }
}

/** `text` as XML content: any string gives content that any XML parser accepts. */
function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(EACH_SPECIAL, replacement) : text;
}

/** An integer as XML-RPC can hold it, 32 bits: clamped, and cut at the point. */
export function clampInt(value: number): number {
  return Math.min(MAX_INT, Math.max(MIN_INT, Math.trunc(value)));
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** `<value>…</value>` and a line end: a piece of an answer. */
export function encodeValue(value: XmlRpcValue): string {
  switch (typeof value) {
    case 'string':
      return `<value><string>${escapeText(value)}</string></value>\n`;
    case 'number':
      return Number.isInteger(value)
        ? `<value><int>${clampInt(value)}</int></value>\n`
        : `<value><double>${doubleText(value)}</double></value>\n`;
    case 'boolean':
      return value ? '<value><boolean>1</boolean></value>\n' : '<value><boolean>0</boolean></value>\n';
    default:
      return encodeCompound(value);
  }
}

function encodeCompound(value: Double | DateTime | readonly XmlRpcValue[] | XmlRpcStruct): string {
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value as readonly XmlRpcValue[]) items += encodeValue(item);
    return encodedArray(items);
  }
  if (value instanceof Double) return `<value><double>${doubleText(value.value)}</double></value>\n`;
  if (value instanceof DateTime) return `<value><dateTime.iso8601>${value.text}</dateTime.iso8601></value>\n`;
  const struct = value as XmlRpcStruct;
  let text = '<value><struct>\n';
  for (const name of Object.keys(struct)) {
    const member = struct[name];
    if (member === undefined) continue;
    text += `<member>\n<name>${escapeText(name)}</name>\n${encodeValue(member)}</member>\n`;
  }
  return `${text}</struct></value>\n`;
}

/** An array of values that are encoded already, one after the other. */
export function encodedArray(items: string): string {
  return `<value><array><data>\n${items}</data></array></value>\n`;
}

/** The body of a successful answer. */
export function encodeResponse(value: XmlRpcValue): string {
  return `${RESPONSE_START}${encodeValue(value)}${RESPONSE_END}`;
}

/** The body of a refusal; it goes with HTTP 200. */
export function encodeFault(fault: { readonly code: number; readonly message: string }): string {
  const struct = encodeValue({ faultCode: fault.code, faultString: fault.message });
  return `<?xml version='1.0'?>\n<methodResponse>\n<fault>\n${struct}</fault>\n</methodResponse>\n`;
}

/** The body of a call, as Python's xmlrpc.client writes it. */
export function encodeCall(methodName: string, params: readonly XmlRpcValue[]): string {
  let list = '';
  for (const param of params) list += `<param>\n${encodeValue(param)}</param>\n`;
  return `<?xml version='1.0'?>\n<methodCall>\n<methodName>${escapeText(methodName)}</methodName>\n<params>\n${list}</params>\n</methodCall>\n`;
}

/**
 * An answer that is encoded already, so that the same one can be sent many times: `getAllProcessInfo` of 1,000
 * processes is 1.2 MB of text that changes once a second at most.
 */
export class PreEncoded {
  /** The whole body of the HTTP response. */
  readonly body: Buffer;

  private constructor(body: Buffer) {
    this.body = body;
  }

  static of(value: XmlRpcValue): PreEncoded {
    return PreEncoded.fromText(encodeValue(value));
  }

  /** `text` is what `encodeValue` or `encodedArray` answered. */
  static fromText(text: string): PreEncoded {
    return new PreEncoded(Buffer.from(`${RESPONSE_START}${text}${RESPONSE_END}`));
  }

  /** The value alone, as `encodeValue` writes it: for use inside another answer. */
  get text(): string {
    return this.body.toString('utf8', RESPONSE_START.length, this.body.length - RESPONSE_END.length);
  }
}
