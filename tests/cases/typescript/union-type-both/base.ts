type K = 'a' | 'b';
