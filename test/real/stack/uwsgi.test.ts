import { testStacks } from '../../support/stack-cases.ts';

testStacks('uwsgi');
