/** The methods of XML-RPC and the refusals that they answer with. */
import type { FaultName } from '../../src/rpc/faults.ts';
import type { SupervisorMethods, supervisorMethods, systemMethods } from '../../src/rpc/methods.ts';
import { call, changes, children, controlTests, everyMethod, processes, real, settings, unit } from './evidence.ts';
import { better, same, sameBut, type Verdict } from './verdict.ts';

type Declared = typeof supervisorMethods;
type AliasOf<Method> = Method extends { readonly aliases: readonly (infer Name extends string)[] } ? Name : never;
type Alias = { [Key in keyof Declared]: AliasOf<Declared[Key]> }[keyof Declared];

const every = everyMethod('every method answers Python as Supervisor does, value by value');
const readable = controlTests('bytes that are no UTF-8 and control characters do no harm');
const cleared = settings('clearLog and clearAllProcessLogs empty the logs, and readLog reads what is there');
const signalled = settings('a signal to a process, to its group and to all of them arrives');
const anyText = 'Bytes that are no UTF-8, or that XML cannot hold, become U+FFFD instead of an error.';

export const methods = {
  getAPIVersion: same(call("['getAPIVersion', [], '3.0']")),
  getVersion: same(call("['getVersion', [], '3.0']")),
  getSupervisorVersion: sameBut('It says 4.2.5.', call("['getSupervisorVersion', [], '4.2.5']")),
  getIdentification: same(call("['getIdentification', [], 'supervisor']")),
  getState: same(call("['getState', [], { statecode: 1, statename: 'RUNNING' }]")),
  getPID: same(changes('reload with a good file: the same daemon, its programs anew')),
  readLog: better(anyText, cleared, call("['readLog', [-1, 1], 'BAD_ARGUMENTS']")),
  readMainLog: better(anyText, every),
  clearLog: same(cleared),
  shutdown: same(controlTests('every call but one is refused while it goes on, and it ends with 0')),
  restart: better(
    'Refused, with the reason, if the file cannot be used; Supervisor ends.',
    changes('reload with a good file: the same daemon, its programs anew'),
    changes('%s says what is wrong, and ends nothing'),
  ),
  reloadConfig: better(
    'It changes nothing but what is to be added; Supervisor takes over `identifier` and others at once.',
    changes('reread says what was added, changed and removed, and touches nothing'),
    changes('reread keeps what the daemon is: its log, its childlogdir and its name stay'),
  ),
  addProcessGroup: same(
    call("['addProcessGroup', ['lost'], true]"),
    call("['addProcessGroup', ['cat'], 'ALREADY_ADDED: cat']"),
  ),
  removeProcessGroup: same(
    call("['removeProcessGroup', ['lost'], true]"),
    call("['removeProcessGroup', ['cat'], 'STILL_RUNNING: cat']"),
  ),
  startProcess: same(
    call("['startProcess', ['off'], true]"),
    call("['startProcess', ['crash'], 'SPAWN_ERROR: crash']"),
    controlTests('a waiting start answers when it is decided, and others are answered meanwhile'),
  ),
  startProcessGroup: same(call("['startProcessGroup', ['g'], [ok('g', 'a'), ok('g', 'b')]]")),
  startAllProcesses: same(controlTests('all programs are stopped and started at once, in the order of their priority')),
  stopProcess: same(
    call("['stopProcess', ['off', false], true]"),
    call("['stopProcess', ['lost'], 'NOT_RUNNING: lost']"),
  ),
  stopProcessGroup: same(call("['stopProcessGroup', ['g', false], [ok('g', 'a'), ok('g', 'b')]]")),
  stopAllProcesses: same(controlTests('all programs are stopped and started at once, in the order of their priority')),
  signalProcess: same(
    signalled,
    call("['signalProcess', ['hup', 'HUP'], true]"),
    processes('a signal leaves the state alone, and a death by it is an ordinary end'),
  ),
  signalProcessGroup: same(signalled, call("['signalProcessGroup', ['hup', 'SIGHUP'], [ok('hup')]]")),
  signalAllProcesses: same(
    signalled,
    call("['signalAllProcesses', ['CONT'], [ok('cat'), ok('digits'), ok('hup'), ok('silent')]]"),
  ),
  getProcessInfo: same(controlTests('getProcessInfo has Supervisor’s fields in Supervisor’s order'), every),
  getAllProcessInfo: same(controlTests('getProcessInfo has Supervisor’s fields in Supervisor’s order'), every),
  getAllConfigInfo: better(
    'Sizes of 2 GiB and more are answered as the greatest number there is; Supervisor fails.',
    every,
    unit('rpc/xml')('integers beyond 32 bits are clamped'),
  ),
  readProcessStdoutLog: better(anyText, call("['readProcessStdoutLog', ['digits', -4, 0], '789\\n']"), readable),
  readProcessLog: better(anyText, call("['readProcessLog', ['digits', 3, 4], '3456']")),
  readProcessStderrLog: better(anyText, every),
  tailProcessStdoutLog: better(
    anyText,
    call("['tailProcessStdoutLog', ['digits', 0, 5], ['6789\\n', 11, true]]"),
    readable,
  ),
  tailProcessLog: better(anyText, call("['tailProcessLog', ['digits', 0, 20], ['0123456789\\n', 11, false]]")),
  tailProcessStderrLog: better(anyText, every),
  clearProcessLogs: better(
    'The logs of a stopped program are emptied too.',
    real('daemon/logs')('a cleared log starts afresh and goes on'),
  ),
  clearProcessLog: better('The logs of a stopped program are emptied too.', every),
  clearAllProcessLogs: same(cleared),
  sendProcessStdin: better(
    'What does not fit into the pipe waits until the program reads; Supervisor answers with an error.',
    children('what is sent to its stdin arrives, the pipe stays open, and text is UTF-8'),
    children('1 MB reaches a program that reads late'),
  ),
  sendRemoteCommEvent: same(
    real('events/listeners')('output, communications and messages from outside are told, with len in characters'),
  ),
} satisfies Readonly<Record<keyof SupervisorMethods | Alias, Verdict>>;

const identical = real('rpc/oracle')('methods, their signatures, refusals and structs are the same, byte for byte');

export const systemVerdicts = {
  listMethods: same(identical),
  methodHelp: sameBut('In other words.', every),
  methodSignature: same(identical),
  multicall: same(controlTests('calls in one go are done one after the other, with bare results')),
} satisfies Readonly<Record<keyof typeof systemMethods, Verdict>>;

export const faults = {
  UNKNOWN_METHOD: same(call("['noSuchMethod', [], 'UNKNOWN_METHOD']")),
  INCORRECT_PARAMETERS: better(
    'Also for a name that is no text; Supervisor fails.',
    call("['startProcess', [], 'INCORRECT_PARAMETERS']"),
    unit('rpc/dispatch')('wrong arguments are INCORRECT_PARAMETERS'),
  ),
  BAD_ARGUMENTS: same(call("['readProcessStdoutLog', ['digits', -4, 1], 'BAD_ARGUMENTS']")),
  SIGNATURE_UNSUPPORTED: same(identical),
  SHUTDOWN_STATE: same(controlTests('every call but one is refused while it goes on, and it ends with 0')),
  BAD_NAME: same(call("['getProcessInfo', ['g:*'], 'BAD_NAME: g:*']")),
  BAD_SIGNAL: same(call("['signalProcess', ['hup', 'NOPE'], 'BAD_SIGNAL: NOPE']")),
  NO_FILE: same(call("['startProcess', ['lost'], \"NO_FILE: can't find command '/does/not/exist'\"]")),
  NOT_EXECUTABLE: same(
    call("['startProcess', ['plain'], \"NOT_EXECUTABLE: command at '{here}/plain' is not executable\"]"),
  ),
  FAILED: same(settings('a log that cannot be read is FAILED')),
  ABNORMAL_TERMINATION: same(processes('a STARTING program is stopped, and its start is told as abnormal')),
  SPAWN_ERROR: same(call("['startProcess', ['crash'], 'SPAWN_ERROR: crash']")),
  ALREADY_STARTED: same(call("['startProcess', ['cat'], 'ALREADY_STARTED: cat']")),
  NOT_RUNNING: same(call("['stopProcess', ['lost'], 'NOT_RUNNING: lost']")),
  SUCCESS: same(call("['startProcessGroup', ['g'], [ok('g', 'a'), ok('g', 'b')]]")),
  ALREADY_ADDED: same(call("['addProcessGroup', ['cat'], 'ALREADY_ADDED: cat']")),
  STILL_RUNNING: same(call("['removeProcessGroup', ['cat'], 'STILL_RUNNING: cat']")),
  CANT_REREAD: same(changes('a bad file is refused, and nothing changes')),
} satisfies Readonly<Record<FaultName, Verdict>>;
