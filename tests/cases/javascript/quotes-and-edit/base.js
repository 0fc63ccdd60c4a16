const a = 'x', b = 1;
