type A = 'x' | 'y';
