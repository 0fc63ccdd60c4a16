const x = ['a', 'b', 'd'];
