const xs = [
  1,
];
