import { a, b, c, d } from './x';
