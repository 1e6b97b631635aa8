import { testStacks } from '../../support/stack-cases.ts';

testStacks('django-tornado', 'wsgiref', 'node');
