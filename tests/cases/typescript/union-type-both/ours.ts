type K = 'a' | 'b' | 'c';
