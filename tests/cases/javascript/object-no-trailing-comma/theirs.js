const o = {
  a: 1,
  c: 3
};
