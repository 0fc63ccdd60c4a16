const f = (a) => {
  return a + 2;
};
