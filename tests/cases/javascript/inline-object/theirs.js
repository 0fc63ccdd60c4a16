const a = { x: 1, z: 3 };
