final w = Text(
  'a',
  style: d,
);
