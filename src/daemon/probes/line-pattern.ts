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
 *     cost of a line <= characters x states;   states <= 500, which the expression is refused beyond
 */
import { type Assertion, PatternError, type PatternNode, parsePattern } from './pattern-syntax.ts';
import { quoted } from './verdict.ts';

const maxStates = 500;
const maxBuilds = 10 * maxStates;
const wordCharacter = /^\w$/;

type State =
  | { readonly type: 'character'; has(character: string): boolean; readonly next: number }
  | { readonly type: 'assertion'; readonly at: Assertion; readonly next: number }
  | { readonly type: 'split'; next: readonly number[] }
  | { readonly type: 'found' };

export class LinePattern {
  readonly source: string;
  readonly #states: State[] = [{ type: 'found' }];
  readonly #start: number;
  #builds = 0;
  /** For each state the last step in which it was entered. */
  readonly #enteredIn: Int32Array;

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
    this.#enteredIn = new Int32Array(this.#states.length);
  }

  /** Whether the expression is found anywhere in `line`, which is without its line end. */
  isIn(line: string): boolean {
    const characters = Array.from(line);
    this.#enteredIn.fill(-1);
    let places: number[] = [];
    for (let at = 0; at <= characters.length; at++) {
      const isFound = this.#enter(this.#start, at, characters, places); // a match may begin here
      if (isFound) return true;
      const character = characters[at];
      if (character === undefined) return false;
      const nextPlaces: number[] = [];
      for (const place of places) {
        const state = this.#states[place];
        if (state?.type !== 'character' || !state.has(character)) continue;
        if (this.#enter(state.next, at + 1, characters, nextPlaces)) return true;
      }
      places = nextPlaces;
    }
    return false;
  }

  /** Follows what costs no character; puts the states that wait for one into `places`. True: it is found. */
  #enter(state: number, at: number, characters: readonly string[], places: number[]): boolean {
    const open = [state];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#enteredIn[index] === at) continue;
      this.#enteredIn[index] = at;
      const entered = this.#states[index];
      switch (entered?.type) {
        case 'found':
          return true;
        case 'character':
          places.push(index);
          break;
        case 'split':
          open.push(...entered.next);
          break;
        case 'assertion':
          if (holds(entered.at, at, characters)) open.push(entered.next);
          break;
        default:
          break;
      }
    }
    return false;
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

function holds(assertion: Assertion, at: number, characters: readonly string[]): boolean {
  if (assertion === 'start') return at === 0;
  if (assertion === 'end') return at === characters.length;
  const isEdge = wordCharacter.test(characters[at - 1] ?? '') !== wordCharacter.test(characters[at] ?? '');
  return isEdge === (assertion === 'word');
}
