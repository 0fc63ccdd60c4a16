final w = Text('a', x: 1);
