import { A } from './a';
import { B } from './b';
