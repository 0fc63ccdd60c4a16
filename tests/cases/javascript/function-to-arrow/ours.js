const f = (a) => {
  return a + 1;
};
