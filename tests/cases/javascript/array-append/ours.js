const a = [
  'x',
  'y',
];
