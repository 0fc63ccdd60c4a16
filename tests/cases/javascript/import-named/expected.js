import { a, b, c, d } from 'm';
