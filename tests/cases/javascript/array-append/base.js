const a = [
  'x',
];
