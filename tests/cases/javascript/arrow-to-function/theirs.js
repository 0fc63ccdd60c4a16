const f = (a, b) => {
  return a;
};
