final w = Text(
  'a',
  style: b,
);
