/** The refusals a client can get, with their codes (Supervisor's `xmlrpc.Faults`). */
export const faultCodes = {
  UNKNOWN_METHOD: 1,
  INCORRECT_PARAMETERS: 2,
  BAD_ARGUMENTS: 3,
  SIGNATURE_UNSUPPORTED: 4,
  SHUTDOWN_STATE: 6,
  BAD_NAME: 10,
  BAD_SIGNAL: 11,
  NO_FILE: 20,
  NOT_EXECUTABLE: 21,
  FAILED: 30,
  ABNORMAL_TERMINATION: 40,
  SPAWN_ERROR: 50,
  ALREADY_STARTED: 60,
  NOT_RUNNING: 70,
  SUCCESS: 80,
  ALREADY_ADDED: 90,
  STILL_RUNNING: 91,
  CANT_REREAD: 92,
} as const;

export type FaultName = keyof typeof faultCodes;

export function faultNameOf(code: number): FaultName | undefined {
  return (Object.keys(faultCodes) as FaultName[]).find((name) => faultCodes[name] === code);
}

/** A refusal that goes to the client as it is. The string is `NAME` or `NAME: <extra>`, as Supervisor writes it. */
export class Fault extends Error {
  readonly code: number;

  constructor(name: FaultName, extra?: string) {
    super(extra === undefined ? name : `${name}: ${extra}`);
    this.name = 'Fault';
    this.code = faultCodes[name];
  }

  /** A fault as it came over the wire: any code, any text. */
  static received(code: number, text: string): Fault {
    const fault = new Fault('FAILED');
    Object.defineProperty(fault, 'code', { value: code });
    fault.message = text;
    return fault;
  }
}
