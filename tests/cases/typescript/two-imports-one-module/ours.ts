import x from 'x';
import { a } from 'm';

x();
