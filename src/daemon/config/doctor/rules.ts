import { accessRules } from './access.ts';
import { backgroundRules } from './background.ts';
import { databaseRules } from './databases.ts';
import { gunicornRules } from './gunicorn.ts';
import { lifeRules } from './life.ts';
import type { Rule } from './rule.ts';
import { shellRules } from './shells.ts';
import { supervisorRules } from './supervisor.ts';
import { textRules } from './texts.ts';
import { uwsgiRules } from './uwsgi.ts';
import { webServerRules } from './web-servers.ts';
import { workerRules } from './workers.ts';

export interface Family {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** Every rule, in the order of the manual. */
export const families: readonly Family[] = [
  { title: 'uWSGI', rules: uwsgiRules },
  { title: 'gunicorn', rules: gunicornRules },
  { title: 'Web servers', rules: webServerRules },
  { title: 'Workers', rules: workerRules },
  { title: 'Databases', rules: databaseRules },
  { title: 'Shells', rules: shellRules },
  { title: 'Starting and stopping', rules: lifeRules },
  { title: 'What the text says', rules: textRules },
  { title: 'Who may do what', rules: accessRules },
  { title: 'Going to the background', rules: backgroundRules },
  { title: '`--for-supervisor`', rules: supervisorRules },
];
