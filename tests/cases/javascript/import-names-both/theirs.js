import { a, c } from './a';

a();
