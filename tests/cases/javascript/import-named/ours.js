import { a, b, c } from 'm';
