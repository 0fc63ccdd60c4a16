import { a, b, c } from './a';

a();
