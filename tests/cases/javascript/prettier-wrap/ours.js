call(
  first,
  second,
  third,
);
