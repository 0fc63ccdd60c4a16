const x = {
  ...y,
  a: 1,
};
