import { a, b } from './a';

a();
