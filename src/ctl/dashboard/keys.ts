/**
 * Every key of the dashboard in one table: what is done with it, what help and the footer say of it, and where it is
 * valid. Help shows no key that does nothing here.
 *
 * Keys are named as blessed names them: `C-r`, `S-tab`, `pageup`, capitals as themselves.
 */

export interface Binding<Context> {
  readonly keys: readonly string[];
  /** A few words, for help and the footer. */
  readonly help: string;
  /** The heading that it stands under in help. */
  readonly group: string;
  /** Whether the footer shows it, where there is room. */
  readonly isInFooter?: boolean;
  readonly isValid?: (context: Context) => boolean;
}

export function bindingOf<Context, One extends Binding<Context>>(
  bindings: readonly One[],
  key: string,
  context: Context,
): One | undefined {
  return bindings.find((one) => one.keys.includes(key) && (one.isValid?.(context) ?? true));
}

export function validBindings<Context, One extends Binding<Context>>(
  bindings: readonly One[],
  context: Context,
): One[] {
  return bindings.filter((one) => one.isValid?.(context) ?? true);
}

const names: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  space: 'Space',
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  tab: 'Tab',
};

/** As help writes it: `Ctrl-r`, `PgUp`. */
export function keyText(key: string): string {
  return key.startsWith('C-') ? `Ctrl-${key.slice(2)}` : (names[key] ?? key);
}

export function keysText({ keys }: { readonly keys: readonly string[] }): string {
  return keys.map(keyText).join(' ');
}
