call(
  first,
  other,
  third,
);
