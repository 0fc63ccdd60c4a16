import { a, c } from './a';
import { b } from './b';
