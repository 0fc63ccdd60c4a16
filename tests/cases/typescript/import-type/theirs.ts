import { a } from './a';
import { b, d } from './b';
