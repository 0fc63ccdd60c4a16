const f = (a) => {
  return a;
};
