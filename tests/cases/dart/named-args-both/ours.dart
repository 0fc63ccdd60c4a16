final w = Text('a', x: 1, y: 2);
