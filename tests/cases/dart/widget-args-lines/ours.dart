final w = Text(
  'c',
  style: b,
);
