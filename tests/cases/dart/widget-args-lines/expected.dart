final w = Text(
  'c',
  style: d,
);
