type A = 'x' | 'y' | 'w';
