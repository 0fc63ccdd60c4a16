import x from 'x';
import { b } from 'm';

x();
