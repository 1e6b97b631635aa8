/** How the lines of the screen are shared out, by its size. */
import type { Model } from './model.ts';
import { viewNamed } from './views.ts';

export interface Layout {
  /** `line`: all there is room for is one line. `mini`: no footer. */
  readonly kind: 'full' | 'mini' | 'line';
  /** For rows. */
  readonly bodyHeight: number;
}

const MINI_HEIGHT = 16;
const LEAST = { width: 30, height: 6 };

export function layoutOf(model: Model): Layout {
  const { width, height } = model.size;
  if (width < LEAST.width || height < LEAST.height) return { kind: 'line', bodyHeight: 0 };
  const kind = height < MINI_HEIGHT ? 'mini' : 'full';
  const banners = model.daemons.some(({ status }) => status === 'away') ? 1 : 0;
  const heading = viewNamed(model.view).heading === undefined ? 0 : 1;
  // The bar above, the status below; the keys under that.
  return {
    kind,
    bodyHeight: Math.max(1, height - 2 - (kind === 'full' ? 1 : 0) - banners - heading - panelHeight(model)),
  };
}

/** What a question takes: its victims, as many as fit, and itself. */
export function panelHeight({ mode, size }: Model): number {
  if (mode.type !== 'confirm') return 0;
  return Math.min(mode.victims.length + 2, Math.max(3, Math.floor(size.height / 2)));
}
