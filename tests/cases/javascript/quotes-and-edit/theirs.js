const a = 'x', b = 2;
