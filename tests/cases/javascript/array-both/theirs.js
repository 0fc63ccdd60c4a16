const xs = [
  1,
  3,
];
