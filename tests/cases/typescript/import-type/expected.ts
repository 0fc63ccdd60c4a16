import { a, c } from './a';
import { b, d } from './b';
