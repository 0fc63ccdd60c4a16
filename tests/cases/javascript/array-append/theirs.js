const a = [
  'x',
  'z',
];
