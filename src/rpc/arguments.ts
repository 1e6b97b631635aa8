/** Checks what a caller gave against what a method declares. Supervisor finds most of these out by crashing. */
import { Fault } from './faults.ts';
import type { MethodDeclaration, Parameter } from './methods.ts';
import { Double, isStruct, type XmlRpcValue } from './xml.ts';

/** The arguments of a method, of the declared types, with defaults filled in. Throws INCORRECT_PARAMETERS. */
export function readArguments(method: MethodDeclaration, given: readonly XmlRpcValue[]): XmlRpcValue[] {
  if (given.length > method.params.length) throw new Fault('INCORRECT_PARAMETERS');
  return method.params.map((parameter, index) => {
    const value = given[index] ?? parameter.initial;
    if (value === undefined) throw new Fault('INCORRECT_PARAMETERS');
    const argument = readArgument(parameter, value);
    if (argument === undefined) throw wrong(parameter, value);
    return argument;
  });
}

function readArgument(parameter: Parameter, value: XmlRpcValue): XmlRpcValue | undefined {
  switch (parameter.type) {
    case 'string':
      if (typeof value === 'string') return value;
      return parameter.orNumber && typeof value === 'number' ? String(value) : undefined;
    case 'int':
      return readWhole(value);
    case 'boolean':
      return isTrue(value);
    case 'array':
      return Array.isArray(value) ? value : undefined;
  }
}

// PHP and Lua clients have one kind of number and send doubles.
function readWhole(value: XmlRpcValue): number | undefined {
  const number = value instanceof Double ? value.value : value;
  if (typeof number === 'boolean') return number ? 1 : 0;
  return typeof number === 'number' && Number.isFinite(number) ? Math.trunc(number) : undefined;
}

/** Python's idea of truth: clients send 1, 0 and '' for booleans, and Supervisor takes them. */
function isTrue(value: XmlRpcValue): boolean {
  if (value instanceof Double) return value.value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (isStruct(value)) return Object.keys(value).length > 0;
  return Number.isNaN(value) || Boolean(value);
}

function wrong(parameter: Parameter, value: XmlRpcValue): Fault {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return new Fault('INCORRECT_PARAMETERS', parameter.quoted && isScalar ? String(value) : undefined);
}
