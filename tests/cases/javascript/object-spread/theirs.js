const x = {
  ...y,
  a: 1,
  ...z,
};
