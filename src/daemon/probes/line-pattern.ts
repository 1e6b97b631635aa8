/**
 * A regular expression that cannot blow up: whether it is found in a line takes time in proportion to the line, for
 * every expression and every line.
 *
 * JavaScript's own matcher tries again at each ambiguity: `(a+)+$` takes years for a line of forty letters, and a
 * daemon that waits for it supervises nothing. Bounding the line does not help, and telling the harmless expressions
 * from the others is hard; so the matcher is another one (Thompson's): the expression is a graph, and all places in it
 * that the text so far can lead to are followed at once. Only the question "is there a match" is answered, so there is
 * nothing to remember about how it came about.
 *
 *     cost of a line <= characters x states;   states <= 250, which the expression is refused beyond
 *
 * That is the bound. What it usually takes is a look into a table for each character: which places a character leads
 * to from which is computed when it is met for the first time and kept (`Step`), until there are too many of them.
 */
import { type Assertion, PatternError, type PatternNode, parsePattern } from './pattern-syntax.ts';
import { quoted } from './verdict.ts';

const maxStates = 250;
/** Of a few KB each. */
const maxSteps = 200;
const maxBuilds = 10 * maxStates;
const wordCharacter = /^\w$/;

interface CharacterState {
  readonly type: 'character';
  has(character: string): boolean;
  readonly next: number;
}

type State =
  | CharacterState
  | { readonly type: 'assertion'; readonly at: Assertion; readonly next: number }
  | { readonly type: 'split'; next: readonly number[] }
  | { readonly type: 'found' };

const found = 'found';

/** Between two characters: what the text so far leads to. */
interface Step {
  readonly states: readonly number[];
  /** What stands before. */
  readonly before: 'start' | 'word' | 'other';
  /** The step behind each of the first 128 characters, as far as it is known. */
  readonly after: (Step | typeof found | undefined)[];
}

export class LinePattern {
  readonly source: string;
  readonly #states: State[] = [{ type: 'found' }];
  readonly #start: number;
  #builds = 0;
  readonly #steps = new Map<string, Step>();

  /** Reads an expression; `why` says what is wrong with it. */
  static read(source: string): LinePattern | { readonly why: string } {
    try {
      return new LinePattern(source);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      return { why: `Expected a regular expression, got ${quoted(source)}: ${error.message}` };
    }
  }

  private constructor(source: string) {
    this.source = source;
    this.#start = this.#build(parsePattern(source), 0);
  }

  /** Whether the expression is found anywhere in `line`, which is without its line end. */
  isIn(line: string): boolean {
    let step = this.#stepOf([this.#start], 'start');
    for (const character of line) {
      const code = character.codePointAt(0) ?? 0;
      const next = step.after[code] ?? this.#follow(step, character, code);
      if (next === found) return true;
      step = next;
    }
    return this.#places(step, undefined) === found;
  }

  /** Where `character` leads to. */
  #follow(step: Step, character: string, code: number): Step | typeof found {
    const places = this.#places(step, character);
    let next: Step | typeof found = found;
    if (places !== found) {
      const targets = new Set([this.#start]); // a match may begin anywhere
      for (const state of places) if (state.has(character)) targets.add(state.next);
      next = this.#stepOf(
        [...targets].sort((one, other) => one - other),
        isWord(character) ? 'word' : 'other',
      );
    }
    if (code < step.after.length) step.after[code] = next;
    return next;
  }

  #stepOf(states: readonly number[], before: Step['before']): Step {
    const key = `${before} ${states.join()}`;
    let step = this.#steps.get(key);
    if (step === undefined) {
      if (this.#steps.size >= maxSteps) this.#steps.clear();
      step = { states, before, after: Array(128).fill(undefined) };
      this.#steps.set(key, step);
    }
    return step;
  }

  /** Follows what costs no character, to the states that wait for one; `next` is undefined at the end of the line. */
  #places({ states, before }: Step, next: string | undefined): CharacterState[] | typeof found {
    const places: CharacterState[] = [];
    const open = [...states];
    const seen = new Uint8Array(this.#states.length);
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (seen[index] === 1) continue;
      seen[index] = 1;
      const state = this.#states[index];
      switch (state?.type) {
        case 'found':
          return found;
        case 'character':
          places.push(state);
          break;
        case 'split':
          for (const one of state.next) open.push(one);
          break;
        case 'assertion':
          if (holds(state.at, before, next)) open.push(state.next);
          break;
        default:
          break;
      }
    }
    return places;
  }

  #add(state: State): number {
    if (this.#states.length >= maxStates) throw tooLarge();
    return this.#states.push(state) - 1;
  }

  /** Adds the states of `node`, which go on to `next`; answers where it begins. */
  #build(node: PatternNode, next: number): number {
    if (++this.#builds > maxBuilds) throw tooLarge(); // repetitions of nothing make no states
    switch (node.type) {
      case 'character':
        return this.#add({ type: 'character', has: node.has, next });
      case 'assertion':
        return this.#add({ type: 'assertion', at: node.at, next });
      case 'sequence':
        return node.nodes.reduceRight((following, part) => this.#build(part, following), next);
      case 'choice':
        return this.#add({ type: 'split', next: node.nodes.map((part) => this.#build(part, next)) });
      case 'repeat':
        return this.#repeat(node, next);
      default:
        return node satisfies never;
    }
  }

  #repeat({ node, min, max }: Extract<PatternNode, { type: 'repeat' }>, next: number): number {
    let start = next;
    if (max === Number.POSITIVE_INFINITY) {
      const loop: State = { type: 'split', next: [] };
      start = this.#add(loop);
      loop.next = [this.#build(node, start), next];
    } else {
      for (let more = max - min; more > 0; more--) {
        start = this.#add({ type: 'split', next: [this.#build(node, start), next] });
      }
    }
    for (let count = min; count > 0; count--) start = this.#build(node, start);
    return start;
  }
}

function tooLarge(): PatternError {
  return new PatternError('it is too large once its repetitions are written out');
}

function holds(assertion: Assertion, before: Step['before'], next: string | undefined): boolean {
  if (assertion === 'start') return before === 'start';
  if (assertion === 'end') return next === undefined;
  const isEdge = (before === 'word') !== (next !== undefined && isWord(next));
  return isEdge === (assertion === 'word');
}

function isWord(character: string): boolean {
  return wordCharacter.test(character);
}
