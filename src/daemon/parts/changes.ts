/** What changes a running daemon's programs: read when somebody asks for it. */
export { beginReload } from '../changes/reload.ts';
export { beginScale } from '../changes/scale.ts';
export { beginSurge } from '../changes/surge.ts';
export { beginUpdate, plannedUpdate } from '../changes/update.ts';
