import x from 'x';
import { a } from 'm';
import { b } from 'm';

x();
