const o = {
  a: 5, // one
  b: 2, // two
  c: 3
};
