const x = ['a', 'b'];
