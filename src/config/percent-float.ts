import type { Conversion } from './percent-format.ts';

/** `%e %f %g` of a whole number, without padding; the sign is in the text. */
export function percentFloat(value: number, { type, flags, precision = 6 }: Conversion): string {
  const alternate = flags.has('#');
  const text = floatText(value, type.toLowerCase(), precision, alternate);
  return type === type.toUpperCase() ? text.toUpperCase() : text;
}

function floatText(value: number, type: string, precision: number, alternate: boolean): string {
  if (type === 'f') return point(fixed(value, precision), alternate);
  if (type === 'e') return exponential(value, precision, alternate);
  const digits = Math.max(1, precision);
  const exponent = value === 0 ? 0 : Number(value.toExponential(Math.min(digits - 1, 100)).split('e')[1]);
  const scientific = exponent < -4 || exponent >= digits;
  const text = scientific
    ? exponential(value, digits - 1, alternate)
    : point(fixed(value, digits - 1 - exponent), alternate);
  if (alternate || !text.includes('.')) return text;
  const [mantissa = '', tail] = text.split('e');
  return mantissa.replace(/\.?0+$/, '') + (tail === undefined ? '' : `e${tail}`);
}

/** toFixed stops at 100 places; the places after that are zeros for the numbers that come here. */
function fixed(value: number, places: number): string {
  return value.toFixed(Math.min(places, 100)) + '0'.repeat(Math.max(0, places - 100));
}

function exponential(value: number, places: number, alternate: boolean): string {
  const [mantissa = '', exponent = '+0'] = value.toExponential(Math.min(places, 100)).split('e');
  const filled = point(mantissa + '0'.repeat(Math.max(0, places - 100)), alternate);
  return `${filled}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`;
}

function point(text: string, alternate: boolean): string {
  return alternate && !text.includes('.') ? `${text}.` : text;
}
