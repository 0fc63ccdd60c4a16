const o = {
  a: 1, // one
  c: 3
};
