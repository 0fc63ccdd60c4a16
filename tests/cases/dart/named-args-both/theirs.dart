final w = Text('a', x: 1, z: 3);
