const o = {
  a: 1 // one
};
