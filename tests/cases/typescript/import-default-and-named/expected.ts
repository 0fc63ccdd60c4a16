import A, { B } from 'b';
