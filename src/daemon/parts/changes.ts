/** What changes a running daemon's programs: read when somebody asks for it. */
export { beginUpdate, plannedUpdate } from '../changes/update.ts';
