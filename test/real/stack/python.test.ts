import { testStacks } from '../../support/stack-cases.ts';

testStacks('flask', 'workers');
